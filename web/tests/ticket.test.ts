import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ApiError, NoAnswer } from '../src/api.ts';
import type { Instrument, Order, OrderRequest, Preview } from '../src/api.ts';
import { empty_draft, newClientOrderId, problemsOf, requestOf, Ticket } from '../src/ticket.ts';
import type { Draft, Stage } from '../src/ticket.ts';

const instrument = { symbol: 'ACME', lot_size: '1', tick_size: '0.05' } as Instrument;
const draft: Draft = { ...empty_draft, quantity: '10', limit_price: '12.35' };
const accepted = { accepted: true } as Preview;

function desk(answers: (Order | Error)[]) {
  const placed: OrderRequest[] = [];
  const stages: string[] = [];
  let made = 0;
  let let_go: (() => void) | null = null;
  const door = {
    preview: async () => accepted,
    place: async (request: OrderRequest) => {
      placed.push(request);
      await new Promise<void>((resolve) => (let_go = resolve));
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const ticket = new Ticket(
    door,
    (stage: Stage) => stages.push(stage.name),
    () => `id-${++made}`,
  );
  const answer = async () => {
    let_go?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ticket, placed, stages, answer };
}

test('what was typed is checked against lot and tick', () => {
  assert.deepEqual(problemsOf(draft, instrument), {});
  const bad = (change: Partial<Draft>) => problemsOf({ ...draft, ...change }, instrument);
  assert.match(bad({ quantity: '' }).quantity!, /Enter/);
  assert.match(bad({ quantity: '1.5' }).quantity!, /multiple of the lot size, 1/);
  assert.match(bad({ quantity: '1e3' }).quantity!, /number/);
  assert.match(bad({ quantity: '-4' }).quantity!, /above zero/);
  assert.match(bad({ limit_price: '12.36' }).limit_price!, /tick size, 0.05/);
  assert.equal(bad({ order_type: 'market', limit_price: 'x' }).limit_price, undefined);
});

test('a market order carries no price', () => {
  assert.equal(
    requestOf({ ...draft, order_type: 'market' }, 'ACME', '1', 'c').limit_price,
    undefined,
  );
  assert.equal(requestOf(draft, 'ACME', '1', 'c').limit_price, '12.35');
  assert.equal(requestOf(draft, 'ACME', '', 'c').account_id, undefined);
});

test('pressing twice sends one order', async () => {
  const { ticket, placed, stages, answer } = desk([{ order_id: '1' } as Order]);
  await ticket.preview(draft, 'ACME', '1');
  void ticket.confirm();
  void ticket.confirm();
  assert.equal(ticket.edit(), false);
  await answer();
  await ticket.confirm();
  assert.equal(placed.length, 1);
  assert.deepEqual(stages, ['previewing', 'previewed', 'sending', 'done']);
});

test('after a lost answer the same id is sent again', async () => {
  const busy = new ApiError(503, 'busy', 'Busy.');
  const { ticket, placed, answer } = desk([new NoAnswer('lost'), busy, { order_id: '1' } as Order]);
  await ticket.preview(draft, 'ACME', '1');
  for (let i = 0; i < 3; i++) {
    void ticket.confirm();
    await answer();
    if (i < 2) assert.equal(ticket.stage.name, 'unknown');
  }
  assert.equal(ticket.stage.name, 'done');
  assert.deepEqual(
    placed.map((request) => request.client_order_id),
    ['id-1', 'id-1', 'id-1'],
  );
});

test('a refusal leads back to editing, and the next order has a new id', async () => {
  const refusal = new ApiError(422, 'insufficient_funds', 'Not enough cash.');
  const { ticket, placed, answer } = desk([refusal, { order_id: '2' } as Order]);
  await ticket.preview(draft, 'ACME', '1');
  void ticket.confirm();
  await answer();
  assert.deepEqual(ticket.stage, { name: 'editing', error: 'Not enough cash.' });
  await ticket.preview(draft, 'ACME', '1');
  void ticket.confirm();
  await answer();
  assert.deepEqual(
    placed.map((request) => request.client_order_id),
    ['id-1', 'id-2'],
  );
});

test('an edit makes the preview void, also one still on its way', async () => {
  const { ticket, placed } = desk([]);
  await ticket.preview(draft, 'ACME', '1');
  assert.ok(ticket.edit());
  assert.equal(ticket.stage.name, 'editing');
  await ticket.confirm();
  const asked = ticket.preview(draft, 'ACME', '1');
  ticket.edit();
  await asked;
  assert.equal(ticket.stage.name, 'editing');
  assert.equal(placed.length, 0);
});

test('client order ids are valid and do not repeat', () => {
  const ids = new Set(Array.from({ length: 1000 }, () => newClientOrderId()));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.match(id, /^[\x21-\x7e]{1,64}$/);
});
