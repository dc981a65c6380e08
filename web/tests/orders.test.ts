import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Order } from '../src/api.ts';
import { fills_max, HeldList, isOpen, orders_max, OrderStore } from '../src/orders.ts';
import type { Message } from '../src/stream.ts';

function order(id: number, sequence: number, change: Partial<Order> = {}): Order {
  return {
    order_id: String(id),
    account_id: '1',
    client_order_id: `c${id}`,
    symbol: 'ACME',
    side: 'buy',
    order_type: 'limit',
    time_in_force: 'day',
    quantity: '10',
    limit_price: '5.00',
    status: 'new',
    filled_quantity: '0',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    sequence,
    ...change,
  };
}

function event(sequence: number, index: number, what: Order, trade_id?: string): Message {
  const execution = { trade_id, price: '5.00', quantity: '1', time: '' };
  return {
    type: 'order',
    sequence,
    index,
    event: 'x',
    order: what,
    execution,
  } as unknown as Message;
}

test('an older snapshot never undoes what the stream has said', () => {
  const store = new OrderStore();
  store.apply(event(7, 0, order(1, 7, { status: 'filled' })));
  store.load([order(1, 5)], [], []);
  assert.equal(store.orders.get('1')?.status, 'filled');
});

test('the same event twice counts once', () => {
  const store = new OrderStore();
  assert.ok(store.apply(event(3, 0, order(1, 3))));
  assert.ok(store.apply(event(3, 1, order(1, 3), '900')));
  assert.equal(store.fills.length, 1);
  assert.ok(!store.apply(event(3, 1, order(1, 3), '900')));
  assert.ok(!store.apply(event(2, 5, order(1, 2))));
  assert.equal(store.fills.length, 1);
});

test('taking up the stream repeats the last sequence, which may have been cut in two', () => {
  const store = new OrderStore();
  assert.equal(store.resumeAfter(), undefined);
  store.apply(event(9, 0, order(1, 9)));
  assert.equal(store.resumeAfter(), 8);
});

test('a platform that is behind us is another one', () => {
  const store = new OrderStore();
  store.apply(event(9, 0, order(1, 9)));
  store.subscribedAt(8);
  assert.equal(store.orders.size, 1);
  store.subscribedAt(4);
  assert.equal(store.orders.size, 0);
  assert.equal(store.resumeAfter(), undefined);
});

// A server with a log of events; the client is cut off at random places a hundred times.
test('a hundred drops lose no event and double none', () => {
  const log: Message[] = [];
  let trade = 0;
  for (let sequence = 1; sequence <= 400; sequence++) {
    const id = 1 + Math.floor(Math.random() * 30);
    const events = 1 + Math.floor(Math.random() * 3);
    for (let index = 0; index < events; index++) {
      const filled = index > 0 ? String(++trade) : undefined;
      log.push(
        event(sequence, index, order(id, sequence, { filled_quantity: String(trade) }), filled),
      );
    }
  }
  const plain = new OrderStore();
  for (const one of log) plain.apply(one);

  const store = new OrderStore();
  for (let drop = 0; drop < 100; drop++) {
    const after = store.resumeAfter() ?? 0;
    const rest = log.filter((one) => Number(one['sequence']) > after);
    const until = drop === 99 ? rest.length : Math.floor(Math.random() * 12);
    for (const one of rest.slice(0, until)) store.apply(one);
  }
  assert.deepEqual(store.list(false), plain.list(false));
  assert.deepEqual(store.fills, plain.fills);
  assert.equal(new Set(store.fills.map((fill) => fill.trade_id)).size, store.fills.length);
});

test('what is kept is bounded, and open orders are kept longest', () => {
  const store = new OrderStore();
  store.upsert(order(1, 1));
  for (let id = 2; id <= orders_max + 50; id++) store.upsert(order(id, id, { status: 'canceled' }));
  assert.equal(store.orders.size, orders_max);
  assert.ok(isOpen(store.orders.get('1')!));
  const fills = Array.from({ length: fills_max + 9 }, (_, i) => ({
    trade_id: String(i),
    order_id: '1',
  }));
  store.addFills(fills as never);
  assert.equal(store.fills.length, fills_max);
  assert.equal(store.fills[0]?.trade_id, String(fills_max + 8));
});

test('working orders are found by side and price', () => {
  const store = new OrderStore();
  store.upsert(order(1, 1));
  store.upsert(order(2, 2, { side: 'sell', limit_price: '6.00' }));
  store.upsert(order(3, 3, { status: 'canceled' }));
  store.upsert(order(4, 4, { symbol: 'OTHER' }));
  assert.deepEqual([...store.working('ACME').keys()].sort(), ['buy 5.00', 'sell 6.00']);
});

test('a held list keeps every row in its place and counts those that wait', () => {
  const list = new HeldList();
  assert.deepEqual(list.show(['2', '1']), { ids: ['2', '1'], waiting: 0 });
  list.hold(['2', '1']);
  assert.deepEqual(list.show(['4', '3', '2', '1']), { ids: ['2', '1'], waiting: 2 });
  list.hold(['4', '3', '2', '1']);
  assert.deepEqual(list.show(['4', '3', '2', '1']).ids, ['2', '1']);
  list.release();
  assert.deepEqual(list.show(['4', '3', '2', '1']), { ids: ['4', '3', '2', '1'], waiting: 0 });
});
