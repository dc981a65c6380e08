// The platform's wire contract on a loopback port, for developing and testing the dashboard without
// the platform. Serves the built dashboard under a strict Content-Security-Policy.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';

import { FakeDesk } from './fake_desk.mjs';

const root = join(import.meta.dirname, '../..');
// As strict as the platform's own or stricter.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'";
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};
const step_ms = 100;

class Refusal extends Error {
  constructor(status, reason, message) {
    super(message);
    Object.assign(this, { status, reason });
  }
}

export async function startFakeServer(password) {
  const desk = new FakeDesk(Refusal);
  const token = `token-${Math.random()}`;
  const server = createServer((request, response) => answer(request, response));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => greet(socket, request.url));

  async function answer(request, response) {
    const url = new URL(request.url, 'http://localhost');
    const file = request.method === 'GET' && fileFor(url.pathname);
    if (file) return send(response, 200, file.bytes, file.type);
    try {
      const result = route(request, url, await bodyOf(request));
      send(response, 200, JSON.stringify(result), 'application/json');
    } catch (error) {
      const { status = 500, reason = 'internal', message } = error;
      const body = { error: { code: 0, reason, message, details: {}, request_id: 'r1' } };
      send(response, status, JSON.stringify(body), 'application/json');
    }
  }

  function route(request, url, body) {
    const path = url.pathname;
    const method = request.method;
    if (method === 'POST' && path === '/auth/login') {
      if (body.username === 'admin' && body.password === password) return tokens();
      throw new Refusal(401, 'invalid_credentials', 'The user name or the password is wrong.');
    }
    if (method === 'POST' && path === '/auth/refresh') return tokens();
    if (request.headers.authorization !== `Bearer ${token}`) {
      throw new Refusal(401, 'unauthenticated', 'Sign in first.');
    }
    if (method === 'POST' && path === '/auth/logout') return {};
    return desk.route(method, path.split('/').slice(1), url.searchParams, body);
  }

  function tokens() {
    return {
      access_token: token,
      refresh_token: 'refresh',
      token_type: 'Bearer',
      expires_in: 86400,
    };
  }

  function greet(socket, path) {
    const say = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message));
    const heartbeat = setInterval(
      () => say({ type: 'heartbeat', time: new Date().toISOString() }),
      1000,
    );
    let leave = () => {};
    let known = false;
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.action === 'authenticate') {
        known = message.token === token;
        const error = { code: 0, reason: 'unauthenticated', message: 'The token is not valid.' };
        say(known ? { type: 'authenticated' } : { type: 'error', error });
      } else if (known && message.action === 'subscribe' && path === '/ws/market-data') {
        const stop = desk.watch(message.symbols, message.channels, say);
        const before = leave;
        leave = () => (before(), stop());
        say({ type: 'subscribed', symbols: message.symbols, channels: message.channels });
      } else if (known && message.action === 'subscribe' && path === '/ws/orders') {
        say({ type: 'subscribed', sequence: message.after_sequence ?? desk.sequence });
        leave = desk.follow(message.after_sequence, say);
      }
    });
    socket.on('close', () => (clearInterval(heartbeat), leave()));
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const timer = setInterval(() => desk.step(), step_ms);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    desk,
    async close() {
      clearInterval(timer);
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function fileFor(path) {
  const name = normalize(path === '/' ? '/index.html' : path);
  try {
    return { bytes: readFileSync(join(root, 'web/dist', name)), type: types[extname(name)] };
  } catch {
    return null;
  }
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function send(response, status, body, type) {
  response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': policy });
  response.end(body);
}

// `node fake_server.mjs` serves until it is stopped, for working on the dashboard.
if (process.argv[1] === import.meta.filename) {
  const { url } = await startFakeServer('demo');
  console.log(`${url} user admin, password demo`);
}
