import assert from 'node:assert/strict';
import { test } from 'node:test';

import { retryDelay, silence_ms, Stream } from '../src/stream.ts';
import type { Message, SocketLike, StreamState } from '../src/stream.ts';

class FakeSocket implements SocketLike {
  onopen: ((event: any) => void) | null = null;
  onmessage: ((event: { data: any }) => void) | null = null;
  onclose: ((event: any) => void) | null = null;
  sent: any[] = [];
  closed = false;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function world(renew = true) {
  const sockets: FakeSocket[] = [];
  const timers = new Map<number, { action: () => void; ms: number }>();
  const states: StreamState[] = [];
  const messages: Message[] = [];
  let timer_id = 0;
  let subscribed = 0;
  const stream = new Stream(
    'ws://test',
    {
      token: () => 'T',
      onReady: (send) => {
        subscribed += 1;
        send({ action: 'subscribe' });
      },
      onMessage: (message) => messages.push(message),
      onState: (state) => states.push(state),
      onRefused: async () => renew,
    },
    {
      open: () => {
        sockets.push(new FakeSocket());
        return sockets.at(-1)!;
      },
      random: () => 1,
      setTimer: (action, ms) => {
        timers.set(++timer_id, { action, ms });
        return timer_id;
      },
      clearTimer: (timer) => timers.delete(timer as number),
    },
  );
  const fire = (ms: number) => {
    const found = [...timers].find(([, timer]) => timer.ms === ms);
    assert.ok(found, `no timer of ${ms} ms among ${[...timers.values()].map((t) => t.ms)}`);
    timers.delete(found[0]);
    found[1].action();
  };
  const last = () => sockets.at(-1)!;
  const ready = () => {
    last().onopen?.({});
    last().say({ type: 'authenticated' });
  };
  return {
    stream,
    sockets,
    timers,
    states,
    messages,
    fire,
    last,
    ready,
    subscribed: () => subscribed,
  };
}

test('delays double from 250 ms to 15 s and never collapse to nothing', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => retryDelay(attempt, 1)),
    [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000],
  );
  for (let attempt = 0; attempt < 12; attempt++) {
    assert.ok(retryDelay(attempt, 0) >= retryDelay(attempt, 1) / 2);
  }
});

test('it authenticates first, subscribes when known, then hands on messages', () => {
  const w = world();
  w.stream.start();
  w.last().onopen?.({});
  assert.deepEqual(w.last().sent, [{ action: 'authenticate', token: 'T' }]);
  assert.equal(w.stream.send({ action: 'early' }), false);
  w.last().say({ type: 'authenticated' });
  assert.deepEqual(w.last().sent.at(-1), { action: 'subscribe' });
  w.last().say({ type: 'quote', symbol: 'A' });
  assert.deepEqual(w.messages, [{ type: 'quote', symbol: 'A' }]);
  assert.deepEqual(w.states, ['connecting', 'ready']);
});

test('a lost line is opened again with growing delays, which a success resets', () => {
  const w = world();
  w.stream.start();
  for (const ms of [250, 500, 1000]) {
    w.last().onclose?.({});
    w.fire(ms);
  }
  w.ready();
  w.last().onclose?.({});
  w.fire(250);
  w.ready();
  assert.equal(w.subscribed(), 2);
  assert.equal(w.states.at(-1), 'ready');
});

test('a line that says nothing is dropped and opened again', () => {
  const w = world();
  w.stream.start();
  w.ready();
  const dead = w.last();
  w.fire(silence_ms);
  assert.ok(dead.closed);
  assert.equal(w.states.at(-1), 'offline');
  dead.say({ type: 'quote' });
  assert.equal(w.messages.length, 0);
  w.fire(250);
  assert.equal(w.sockets.length, 2);
});

test('a refused token is renewed once, and without a new one it stops', async () => {
  const w = world(true);
  w.stream.start();
  w.last().onopen?.({});
  w.last().say({ type: 'error', error: { reason: 'unauthenticated' } });
  await Promise.resolve();
  await Promise.resolve();
  w.fire(250);
  assert.equal(w.sockets.length, 2);

  const stopped = world(false);
  stopped.stream.start();
  stopped.last().say({ type: 'error' });
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(stopped.timers.size, 0);
});

test('nothing happens after stop', () => {
  const w = world();
  w.stream.start();
  w.ready();
  w.stream.stop();
  assert.ok(w.last().closed);
  assert.equal(w.timers.size, 0);
  w.stream.retryNow();
  assert.equal(w.sockets.length, 1);
});

test('bytes that are not JSON are passed over', () => {
  const w = world();
  w.stream.start();
  w.ready();
  w.last().onmessage?.({ data: '{"type":' });
  assert.equal(w.messages.length, 0);
  assert.equal(w.states.at(-1), 'ready');
});
