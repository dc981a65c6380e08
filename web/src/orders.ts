// Own orders and fills as the page knows them: a snapshot over REST and events over the stream, in
// any order, with repeats after a reconnect. Everything is found by order id, never by position.

import type { Execution, Order } from './api.ts';
import type { Message } from './stream.ts';

export const orders_max = 200;
export const fills_max = 200;

export function isOpen(order: Order): boolean {
  return order.status === 'new' || order.status === 'partially_filled';
}

function byId(a: string, b: string): number {
  return a.length !== b.length ? a.length - b.length : a < b ? -1 : a > b ? 1 : 0;
}

export class OrderStore {
  readonly orders = new Map<string, Order>();
  fills: Execution[] = []; // newest first
  #fill_keys = new Set<string>();
  #sequence = -1;
  #index = -1;

  // Where to take up the stream again: one before the last sequence seen, because a sequence may
  // hold several events and the line may have died between two of them.
  resumeAfter(): number | undefined {
    return this.#sequence < 0 ? undefined : Math.max(this.#sequence - 1, 0);
  }

  // Where the platform takes up the stream. When that is before what was asked for, it is another
  // platform or a restored one, and nothing known still counts.
  subscribedAt(sequence: number): void {
    if (sequence < (this.resumeAfter() ?? 0)) this.reset();
  }

  reset(): void {
    this.orders.clear();
    this.fills = [];
    this.#fill_keys.clear();
    this.#sequence = -1;
    this.#index = -1;
  }

  // True when the event was new.
  apply(message: Message): boolean {
    if (message.type !== 'order') return false;
    const sequence = Number(message['sequence']);
    const index = Number(message['index'] ?? 0);
    if (sequence < this.#sequence) return false;
    if (sequence === this.#sequence && index <= this.#index) return false;
    this.#sequence = sequence;
    this.#index = index;
    const order = message['order'] as Order;
    this.upsert(order);
    // Every event carries its execution report; only those of trades are fills.
    const execution = message['execution'] as Partial<Execution> | undefined;
    if (execution?.trade_id !== undefined) {
      const { order_id, symbol, side } = order;
      this.addFills([{ order_id, symbol, side, ...execution } as Execution]);
    }
    return true;
  }

  // Keeps the newer of two states of one order.
  upsert(order: Order): void {
    const known = this.orders.get(order.order_id);
    if (known && Number(known.sequence) > Number(order.sequence)) return;
    this.orders.set(order.order_id, order);
    if (this.orders.size > orders_max) this.#forgetOldest();
  }

  // A snapshot; what the stream has said since is newer and stays.
  load(open: readonly Order[], recent: readonly Order[], fills: readonly Execution[]): void {
    for (const order of [...recent, ...open]) this.upsert(order);
    this.addFills(fills);
  }

  addFills(fills: readonly Execution[]): void {
    const fresh = fills.filter((fill) => !this.#fill_keys.has(fillKey(fill)));
    if (fresh.length === 0) return;
    this.fills = [...fresh, ...this.fills].sort((a, b) => byId(b.trade_id, a.trade_id));
    this.fills.length = Math.min(this.fills.length, fills_max);
    this.#fill_keys = new Set(this.fills.map(fillKey));
  }

  // Newest first.
  list(open_only: boolean): Order[] {
    const all = [...this.orders.values()].filter((order) => !open_only || isOpen(order));
    return all.sort((a, b) => byId(b.order_id, a.order_id));
  }

  // Own resting quantity by price, for one side of the ladder.
  working(symbol: string): Map<string, Order[]> {
    const found = new Map<string, Order[]>();
    for (const order of this.orders.values()) {
      if (order.symbol !== symbol || !isOpen(order) || !order.limit_price) continue;
      const key = `${order.side} ${order.limit_price}`;
      found.set(key, [...(found.get(key) ?? []), order]);
    }
    return found;
  }

  // Ended orders go first; an open order is dropped only when all are open.
  #forgetOldest(): void {
    const ids = [...this.orders.keys()].sort(byId);
    const ended = ids.find((id) => !isOpen(this.orders.get(id)!));
    this.orders.delete(ended ?? ids[0]!);
  }
}

function fillKey(fill: Execution): string {
  return `${fill.order_id} ${fill.trade_id}`;
}

// A list that keeps still while somebody points at it: rows that arrive meanwhile wait, so that a
// click lands on the order it was aimed at. Rows may change and end in place.
export class HeldList {
  #held: string[] | null = null;

  hold(ids: readonly string[]): void {
    this.#held ??= [...ids];
  }

  release(): void {
    this.#held = null;
  }

  // The ids to show, and how many wait.
  show(ids: readonly string[]): { ids: string[]; waiting: number } {
    if (!this.#held) return { ids: [...ids], waiting: 0 };
    const shown = new Set(this.#held);
    return { ids: [...this.#held], waiting: ids.filter((id) => !shown.has(id)).length };
  }
}
