// Bad input at the doors of a running platform: each gets a clear answer, nothing crashes, nothing
// is written. Argument: BASE_URL; the password comes from the environment.
import assert from 'node:assert/strict';
import net from 'node:net';
import WebSocket from 'ws';

const base = process.argv[2];
const { hostname, port } = new URL(base);
const login = await fetch(`${base}/auth/login`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ username: 'admin', password: process.env.TRADING_ADMIN_PASSWORD }),
});
const { access_token: token } = await login.json();
const bearer = { Authorization: `Bearer ${token}` };

async function send(method, path, body, headers = { ...bearer, 'Content-Type': 'application/json' }) {
  const response = await fetch(base + path, { method, headers, body });
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, json, text };
}

function expectError(answer, status, what) {
  assert.equal(answer.status, status, `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
  const error = answer.json?.error;
  assert.ok(error, `${what}: not the error shape: ${answer.text.slice(0, 200)}`);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'details', 'message', 'reason', 'request_id'], what);
  assert.equal(typeof error.message, 'string');
  assert.ok(!answer.text.includes(token), `${what}: the answer repeats the token`);
}

const accounts = (await send('GET', '/accounts')).json.accounts;
const account = accounts[0].account_id;
const state = async () => {
  const parts = [`/accounts/${account}`, `/portfolio/${account}/positions`, '/orders?status=open'];
  return JSON.stringify(await Promise.all(parts.map(async (path) => {
    const { json } = await send('GET', path);
    // Marks move with the market; what the account holds must not.
    return JSON.stringify(json).replace(/"(market_price|market_value|unrealised_profit)":"[^"]*",?/g, '');
  })));
};
const before = await state();

let number = 0;
const good = () => ({
  client_order_id: `hostile-${++number}`, symbol: 'ACME', side: 'buy', order_type: 'limit',
  time_in_force: 'day', quantity: '1', limit_price: '1.00',
});
const order = (changes) => JSON.stringify({ ...good(), ...changes });
const without = (name) => {
  const body = good();
  delete body[name];
  return JSON.stringify(body);
};

const bodies = [
  ['malformed JSON', '{"symbol":', 400],
  ['no JSON', 'hello', 400],
  ['empty body', '', 400],
  ['an array', '[]', 400],
  ['null', 'null', 400],
  ['trailing text', order({}) + 'x', 400],
  ['a duplicate key', order({}).replace('{', '{"side":"sell",'), 400],
  ['NaN', order({}).replace('"1.00"', 'NaN'), 400],
  ['Infinity', order({}).replace('"1.00"', 'Infinity'), 400],
  ['text NaN', order({ limit_price: 'NaN' }), 400],
  ['a huge exponent', order({}).replace('"1.00"', '1e999999'), 400],
  ['a huge number', order({ quantity: '9'.repeat(400) }), 400],
  ['too many lots', order({ quantity: '99999999999999999999' }), 400],
  ['wrong type for symbol', order({ symbol: 5 }), 400],
  ['wrong type for quantity', order({ quantity: true }), 400],
  ['an object for a price', order({ limit_price: {} }), 400],
  ['unknown field', order({ account: '1' }), 400],
  ['field in other case', order({ Side: 'buy' }), 400],
  ['unknown side', order({ side: 'hold' }), 400],
  ['unknown type', order({ order_type: 'limits' }), 400],
  ['unknown time in force', order({ time_in_force: 'gtd' }), 400],
  ['negative quantity', order({ quantity: '-1' }), 400],
  ['zero quantity', order({ quantity: '0' }), 400],
  ['fractional lots', order({ quantity: '1.5' }), 400],
  ['negative price', order({ limit_price: '-1.00' }), 400],
  ['zero price', order({ limit_price: '0' }), 400],
  ['off-tick price', order({ limit_price: '1.001' }), 400],
  ['a limit order without a price', without('limit_price'), 400],
  ['a market order with a price', order({ order_type: 'market' }), 400],
  ['no client order id', without('client_order_id'), 400],
  ['empty client order id', order({ client_order_id: '' }), 400],
  ['long client order id', order({ client_order_id: 'x'.repeat(65) }), 400],
  ['spaces in the client order id', order({ client_order_id: 'a b' }), 400],
  ['control characters', order({ client_order_id: 'a\u0000b' }), 400],
  ['unknown symbol', order({ symbol: 'NOPE' }), 404],
  ['injection in the symbol', order({ symbol: "'; DROP" }), 404],
  ['unknown account', order({ account_id: '999999' }), 404],
  ['account id overflow', order({ account_id: '99999999999999999999' }), 404],
  ['10,000 levels deep', '{"symbol":' + '['.repeat(10_000) + ']'.repeat(10_000) + '}', 400],
];
for (const [what, body, status] of bodies) expectError(await send('POST', '/orders', body), status, what);

// Invalid UTF-8 in a body.
expectError(await send('POST', '/orders', Buffer.from('7b22736964653ac3283a7d', 'hex')), 400, 'invalid UTF-8');
// 1 MiB and more.
expectError(await send('POST', '/orders', order({ symbol: 'A'.repeat(1024 * 1024) })), 413, 'a 1 MiB body');
expectError(await send('POST', '/orders', order({ symbol: 'A'.repeat(100_000) })), 400, 'a long symbol');
// Types and methods.
expectError(await send('POST', '/orders', order({}), { ...bearer, 'Content-Type': 'text/plain' }), 415, 'text/plain');
expectError(await send('PUT', '/orders', order({})), 405, 'PUT');
expectError(await send('GET', '/no/such/path'), 404, 'unknown path');
expectError(await send('GET', '/orders/abc'), 404, 'order id that is no number');
expectError(await send('GET', '/orders/18446744073709551616'), 404, 'order id overflow');
expectError(await send('GET', '/orders?limit=0'), 400, 'limit 0');
expectError(await send('GET', '/orders?limit=1001'), 400, 'limit 1001');
expectError(await send('GET', '/orders?limit=x'), 400, 'limit x');
expectError(await send('GET', '/orders?nothing=1'), 400, 'unknown query');
expectError(await send('GET', '/orders?cursor=zzz'), 400, 'unknown cursor');
expectError(await send('GET', '/historical/ACME?start=yesterday'), 400, 'a bad time');
expectError(await send('GET', '/market-data/NOPE'), 404, 'unknown symbol');
// Tokens.
const [head, payload, signature] = token.split('.');
const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
for (const bad of ['x', '', `${head}.${payload}.`, `${none}.${payload}.`, `${none}.${payload}.${signature}`,
  `${head}.${payload}.${signature}A`, `${head}.${payload}.${signature}.x`, 'a.b.c', 'x'.repeat(10_000)])
  expectError(await send('GET', '/accounts', undefined, { Authorization: `Bearer ${bad}` }), 401, `token ${bad.slice(0, 20)}`);
expectError(await send('GET', '/accounts', undefined, {}), 401, 'no token');
expectError(await send('GET', '/accounts', undefined, { Authorization: 'Basic YWRtaW46YWRtaW4=' }), 401, 'basic');
expectError(await send('POST', '/auth/login', '{"username":"admin","password":"wrong-password"}',
  { 'Content-Type': 'application/json' }), 401, 'a wrong password');
// Web pages of others.
expectError(await send('POST', '/orders', order({}), { ...bearer, 'Content-Type': 'application/json',
  Origin: 'http://evil.example.com' }), 403, 'a foreign origin');

// Raw sockets.
function raw(text, { halfClose = false, wait = 3000 } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let received = '';
    const timer = setTimeout(() => { socket.destroy(); resolve(received); }, wait);
    socket.on('connect', () => { socket.write(text); if (halfClose) socket.end(); });
    socket.on('data', (data) => { received += data.toString('latin1'); });
    socket.on('end', () => { clearTimeout(timer); socket.destroy(); resolve(received); });
    socket.on('error', (error) => { clearTimeout(timer); error.code === 'ECONNRESET' ? resolve(received) : reject(error); });
  });
}
const auth = `Authorization: Bearer ${token}\r\n`;
const start = `POST /orders HTTP/1.1\r\nHost: x\r\n${auth}Content-Type: application/json\r\n`;
assert.match(await raw('GARBAGE\r\n\r\n'), /^HTTP\/1\.1 400 /);
assert.match(await raw(`${start}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`), /^HTTP\/1\.1 400 /);
assert.match(await raw(`${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`), /^HTTP\/1\.1 400 /);
assert.match(await raw(`${start}Content-Length: -1\r\n\r\n`), /^HTTP\/1\.1 400 /);
assert.match(await raw(`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 4(14|31) /);
assert.match(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
assert.match(await raw('GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 400 /);
// A body that never comes, a header that never ends, a half-open socket: nothing is written for them.
assert.doesNotMatch(await raw(`${start}Content-Length: 200\r\n\r\n{"symbol"`, { wait: 300 }), /^HTTP\/1\.1 200/);
assert.doesNotMatch(await raw(`${start}Content-Le`, { wait: 300 }), /^HTTP\/1\.1 200/);
assert.doesNotMatch(await raw(`${start}Content-Length: 200\r\n\r\n{"symbol"`, { halfClose: true }), /^HTTP\/1\.1 200/);

// WebSocket.
function socket(path, messages) {
  return new Promise((resolve) => {
    const ws = new WebSocket(`ws://${hostname}:${port}${path}`);
    const received = [];
    const timer = setTimeout(() => ws.terminate(), 3000);
    ws.on('open', () => messages.forEach((message) => ws.send(message)));
    ws.on('message', (data) => received.push(JSON.parse(data.toString())));
    ws.on('close', (code) => { clearTimeout(timer); resolve({ code, received }); });
    ws.on('error', () => {});
  });
}
let closed = await socket('/ws/orders', ['{"action":"subscribe"}']);
assert.equal(closed.code, 4401);
closed = await socket('/ws/market-data', ['{"action":"authenticate","token":"x"}']);
assert.equal(closed.code, 4401);
closed = await socket('/ws/market-data', ['{', JSON.stringify({ action: 'fly' }), JSON.stringify({ action: 'authenticate', token }),
  JSON.stringify({ action: 'subscribe', symbols: ['NOPE'] }), 'x'.repeat(70_000)]);
assert.equal(closed.code, 1009);
assert.ok(closed.received.some((message) => message.type === 'error' && message.error.reason === 'invalid_json'));
assert.ok(closed.received.some((message) => message.type === 'error' && message.error.reason === 'unknown_instrument'));

// MCP.
const mcp = (body) => send('POST', '/mcp/all', body);
assert.equal((await mcp('{')).json.error.code, -32700);
assert.equal((await mcp('[]')).json.error.code, -32600);
assert.equal((await mcp('{"jsonrpc":"2.0","id":1,"method":"nothing"}')).json.error.code, -32601);
assert.equal((await mcp('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nothing"}}')).json.error.code, -32602);
assert.equal((await mcp(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"place_order","arguments":${order({ quantity: '-1' })}}}`)).json.result.isError, true);
assert.equal((await send('POST', '/mcp/all', '{}', { 'Content-Type': 'application/json' })).status, 401);

assert.equal(await state(), before, 'bad input changed something');
assert.equal((await send('GET', '/health')).status, 200);
console.log('hostile input: passed');
