import assert from 'node:assert/strict';
import { test } from 'node:test';

import { health, lockReason, Market, trades_max } from '../src/market.ts';
import type { Health } from '../src/market.ts';

const ready = { market: 'ready', orders: 'ready', ever_ready: true } as const;

function market() {
  const made = new Market();
  made.select('A');
  return made;
}
const depth = (sequence: number, price: string, symbol = 'A') => ({
  type: 'depth',
  symbol,
  sequence,
  bids: [[price, '5', 2]],
  asks: [],
});

test('depth of another instrument and depth from the past are passed over', () => {
  const m = market();
  m.apply(depth(2, '10'), 0);
  m.apply(depth(1, '9'), 0);
  m.apply(depth(3, '8', 'B'), 0);
  assert.deepEqual(m.depth.bids, [{ price: '10', quantity: '5', order_count: 2 }]);
  m.restart();
  m.apply(depth(1, '7'), 0);
  assert.equal(m.depth.bids[0]?.price, '7');
});

test('trades are shown once, newest first, and their number is bounded', () => {
  const m = market();
  const trade = (id: number) => ({ trade_id: String(id), price: '1', quantity: '1', time: '' });
  m.addTrades([trade(9), trade(10)]);
  m.apply({ type: 'trades', symbol: 'A', trades: [trade(10), trade(11)] }, 0);
  assert.deepEqual(
    m.trades.map((one) => one.trade_id),
    ['11', '10', '9'],
  );
  m.addTrades(Array.from({ length: 3 * trades_max }, (_, i) => trade(100 + i)));
  assert.equal(m.trades.length, trades_max);
});

test('bars are conflated between two drawings', () => {
  const m = market();
  for (let close = 1; close <= 50; close++) {
    m.apply({ type: 'bar', symbol: 'A', interval: '1m', close: String(close) }, 0);
  }
  assert.deepEqual(
    m.takeBars().map((bar) => bar.close),
    ['49', '50'],
  );
  assert.deepEqual(m.takeBars(), []);
});

test('choosing another instrument forgets the first', () => {
  const m = market();
  m.apply(depth(2, '10'), 0);
  m.select('B');
  assert.deepEqual(m.depth, { bids: [], asks: [] });
  assert.deepEqual(m.trades, []);
});

test('the state of the own feed goes before the state of all', () => {
  const m = market();
  assert.equal(m.feedState(), 'live');
  m.apply({ type: 'feed', state: 'demo' }, 0);
  assert.equal(m.feedState(), 'demo');
  m.apply({ type: 'feed', symbol: 'A', state: 'gapped' }, 0);
  assert.equal(m.feedState(), 'gapped');
});

test('health names the worst cause', () => {
  assert.equal(health(ready, 0, 'live'), 'live');
  assert.equal(health(ready, 2_000, 'demo'), 'demo');
  assert.equal(health(ready, 2_001, 'live'), 'stale');
  assert.equal(health(ready, 5_000, 'stopped'), 'stale');
  assert.equal(health(ready, 0, 'crossed'), 'crossed');
  assert.equal(health({ ...ready, orders: 'connecting' }, 0, 'live'), 'offline');
  assert.equal(health({ ...ready, market: 'offline' }, 9_000, 'live'), 'offline');
  assert.equal(
    health({ ...ready, market: 'connecting', ever_ready: false }, 0, 'live'),
    'connecting',
  );
});

test('orders may leave the page only while the market can be believed', () => {
  const open: Health[] = ['live', 'demo'];
  const locked: Health[] = ['connecting', 'offline', 'stale', 'gapped', 'crossed', 'stopped'];
  for (const state of open) assert.equal(lockReason(state), null);
  for (const state of locked) assert.match(lockReason(state)!, /^Orders are locked/);
});
