// What the page knows of the market: quotes of all instruments; depth, trades and the running bar
// of the chosen one; and whether any of it may be believed. Pure state: messages in, reads out.

import type { Bar, DepthLevel, Quote, Trade } from './api.ts';
import type { Message } from './stream.ts';

export const stale_after_ms = 2_000;
export const trades_max = 100;
export const depth_max = 20;

export type FeedState = 'live' | 'demo' | 'stale' | 'gapped' | 'crossed' | 'stopped';

export interface Depth {
  bids: DepthLevel[];
  asks: DepthLevel[];
}

export class Market {
  symbol = '';
  depth: Depth = { bids: [], asks: [] };
  trades: Trade[] = []; // newest first
  readonly quotes = new Map<string, Quote>();
  // Bars that arrived since the chart last took them, oldest first.
  #bars: Bar[] = [];
  #feeds = new Map<string, FeedState>(); // by symbol; '' is the whole feed
  #last_message_ms = -Infinity;
  #depth_sequence = -1;

  select(symbol: string): void {
    this.symbol = symbol;
    this.depth = { bids: [], asks: [] };
    this.trades = [];
    this.#bars = [];
    this.#depth_sequence = -1;
  }

  // After a reconnect sequence numbers may begin again.
  restart(): void {
    this.#depth_sequence = -1;
    this.#feeds.clear();
  }

  apply(message: Message, now_ms: number): void {
    this.#last_message_ms = now_ms;
    const symbol = message['symbol'];
    switch (message.type) {
      case 'quote':
        this.setQuote(message as unknown as Quote);
        break;
      case 'feed':
        this.#feeds.set(typeof symbol === 'string' ? symbol : '', message['state'] as FeedState);
        break;
      case 'depth':
        if (symbol === this.symbol) this.#applyDepth(message);
        break;
      case 'trades':
        if (symbol === this.symbol) this.addTrades(message['trades'] as Trade[]);
        break;
      case 'bar':
        if (symbol === this.symbol && message['interval'] === '1m') {
          this.#bars.push(message as unknown as Bar);
          if (this.#bars.length > 2) this.#bars.splice(0, this.#bars.length - 2);
        }
        break;
    }
  }

  setQuote(quote: Quote): void {
    this.quotes.set(quote.symbol, quote);
  }

  setDepth(depth: Depth): void {
    this.depth = { bids: depth.bids.slice(0, depth_max), asks: depth.asks.slice(0, depth_max) };
  }

  // In any order, known ones among them: history and stream overlap after a reconnect.
  addTrades(trades: readonly Trade[]): void {
    const known = new Set(this.trades.map((trade) => trade.trade_id));
    const fresh = trades.filter((trade) => !known.has(trade.trade_id));
    if (fresh.length === 0) return;
    const all = [...fresh, ...this.trades].sort(newestFirst);
    this.trades = all.slice(0, trades_max);
  }

  takeBars(): Bar[] {
    const bars = this.#bars;
    this.#bars = [];
    return bars;
  }

  feedState(): FeedState {
    return this.#feeds.get(this.symbol) ?? this.#feeds.get('') ?? 'live';
  }

  ageMs(now_ms: number): number {
    return now_ms - this.#last_message_ms;
  }

  #applyDepth(message: Message): void {
    const sequence = Number(message['sequence']);
    if (sequence <= this.#depth_sequence) return;
    this.#depth_sequence = sequence;
    this.setDepth({ bids: levels(message['bids']), asks: levels(message['asks']) });
  }
}

type WireLevel = [price: string, quantity: string, order_count: number];

function levels(rows: unknown): DepthLevel[] {
  return (rows as WireLevel[]).map(([price, quantity, order_count]) => ({
    price,
    quantity,
    order_count,
  }));
}

function newestFirst(a: Trade, b: Trade): number {
  if (a.trade_id.length !== b.trade_id.length) return b.trade_id.length - a.trade_id.length;
  return a.trade_id < b.trade_id ? 1 : a.trade_id > b.trade_id ? -1 : 0;
}

export type Health =
  'live' | 'demo' | 'connecting' | 'stale' | 'gapped' | 'crossed' | 'stopped' | 'offline';

export interface Connections {
  market: 'connecting' | 'ready' | 'offline';
  orders: 'connecting' | 'ready' | 'offline';
  ever_ready: boolean;
}

// The one answer to "may I believe this page?", worst cause first.
export function health(line: Connections, age_ms: number, feed: FeedState): Health {
  if (line.market !== 'ready' || line.orders !== 'ready') {
    return line.ever_ready || line.market === 'offline' ? 'offline' : 'connecting';
  }
  if (age_ms > stale_after_ms) return 'stale';
  return feed;
}

// Why no order may leave the page; null when one may.
export function lockReason(state: Health): string | null {
  switch (state) {
    case 'live':
    case 'demo':
      return null;
    case 'connecting':
      return 'Orders are locked until the page is connected.';
    case 'offline':
      return 'Orders are locked: there is no connection to the platform.';
    case 'stale':
      return 'Orders are locked: prices have not arrived for more than 2 seconds.';
    case 'gapped':
      return 'Orders are locked: the market feed lost messages and is being repaired.';
    case 'crossed':
      return 'Orders are locked: the market feed shows bids above offers.';
    case 'stopped':
      return 'Orders are locked: the market feed has stopped.';
  }
}
