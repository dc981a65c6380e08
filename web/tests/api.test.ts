import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Api, ApiError, NoAnswer } from '../src/api.ts';
import type { Tokens } from '../src/api.ts';

type Call = { path: string; method: string; token: string | null; body: any };

function platform(answer: (call: Call) => { status: number; body: unknown }) {
  const calls: Call[] = [];
  let tokens: Tokens | null = { access_token: 'old', refresh_token: 'r1' };
  const store = { load: () => tokens, save: (next: Tokens | null) => void (tokens = next) };
  const fetcher = async (path: any, init: any) => {
    const body = init.body ? JSON.parse(init.body) : undefined;
    const call = { path, method: init.method, token: init.headers.Authorization ?? null, body };
    calls.push(call);
    const { status, body: text } = answer(call);
    return new Response(typeof text === 'string' ? text : JSON.stringify(text), { status });
  };
  const api = new Api(store, fetcher as typeof fetch);
  return { api, calls, tokens: () => tokens };
}

const renewed = { access_token: 'new', refresh_token: 'r2' };

test('an expired token is renewed once for all calls, and each is sent again', async () => {
  const p = platform(({ path, token }) => {
    if (path === '/auth/refresh') return { status: 200, body: renewed };
    if (token === 'Bearer new') return { status: 200, body: { instruments: [], accounts: [] } };
    return { status: 401, body: { error: { reason: 'unauthenticated', message: 'Expired.' } } };
  });
  await Promise.all([p.api.instruments(), p.api.accounts()]);
  assert.equal(p.calls.filter((call) => call.path === '/auth/refresh').length, 1);
  assert.equal(p.tokens()?.access_token, 'new');
});

test('when the session cannot be renewed the page is told and the tokens are gone', async () => {
  const p = platform(() => ({ status: 401, body: { error: { message: 'No.' } } }));
  let told = 0;
  p.api.onSignedOut = () => (told += 1);
  await assert.rejects(p.api.instruments(), ApiError);
  assert.equal(told, 1);
  assert.equal(p.tokens(), null);
});

test('an error keeps its reason and sentence', async () => {
  const error = {
    code: 1002,
    reason: 'insufficient_funds',
    message: 'Not enough cash.',
    request_id: 'q',
  };
  const p = platform(() => ({ status: 422, body: { error } }));
  await assert.rejects(p.api.cancel('7'), (caught: ApiError) => {
    assert.equal(caught.reason, 'insufficient_funds');
    assert.equal(caught.message, 'Not enough cash.');
    assert.equal(caught.request_id, 'q');
    return true;
  });
});

test('an answer that is not JSON is an error with a sentence', async () => {
  const p = platform(() => ({ status: 502, body: '<html>Bad gateway</html>' }));
  await assert.rejects(p.api.accounts(), /status 502/);
});

test('a broken line is told apart from a refusal', async () => {
  const p = platform(() => {
    throw new TypeError('network');
  });
  await assert.rejects(p.api.accounts(), NoAnswer);
});

test('symbols and ids are escaped in paths', async () => {
  const p = platform(() => ({ status: 200, body: {} }));
  await p.api.quote('A/B?c');
  await p.api.cancel('../1');
  assert.deepEqual(
    p.calls.map((call) => call.path),
    ['/market-data/A%2FB%3Fc', '/orders/..%2F1'],
  );
});
