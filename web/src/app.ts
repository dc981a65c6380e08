// Wires the parts together: REST, the two streams, market and order state, the ticket. The page
// reads signals; messages change plain state, and one animation frame later the signals say so, so
// that a thousand messages cost one drawing.

import { computed, signal } from '@preact/signals';

import { Api } from './api.ts';
import type { Account, Balance, Bar, Instrument, Order, Position, TokenStore } from './api.ts';
import { placesOf } from './decimal.ts';
import { health, lockReason, Market } from './market.ts';
import type { Connections, Health } from './market.ts';
import { OrderStore } from './orders.ts';
import { Stream } from './stream.ts';
import type { Message, StreamOwner, StreamState } from './stream.ts';
import { empty_draft, messageOf, Ticket } from './ticket.ts';
import type { Draft, Stage } from './ticket.ts';
import { orderSentence } from './words.ts';

const bars_max = 500;
const watched_max = 50;
const health_check_ms = 200;
const portfolio_refresh_ms = 2_000;
const portfolio_after_fill_ms = 100;

// Whoever draws the chart: history once, then the running bar.
export interface BarSink {
  setBars(bars: Bar[], instrument: Instrument): void;
  update(bar: Bar): void;
}

export interface Notice {
  text: string;
  kind: 'good' | 'bad' | 'plain';
}

export class App {
  readonly api: Api;
  readonly market = new Market();
  readonly orders = new OrderStore();
  readonly ticket: Ticket;

  readonly signed_in = signal(false);
  readonly starting_problem = signal('');
  readonly instruments = signal<Instrument[]>([]);
  readonly accounts = signal<Account[]>([]);
  readonly account_id = signal('');
  readonly symbol = signal('');
  readonly balances = signal<Balance[]>([]);
  readonly positions = signal<Position[]>([]);
  readonly draft = signal<Draft>(empty_draft);
  readonly stage = signal<Stage>({ name: 'editing' });
  readonly notice = signal<Notice>({ text: '', kind: 'plain' });
  readonly health = signal<Health>('connecting');
  readonly age_seconds = signal(0);
  // Counted up when market or order state has changed: read it to be drawn again.
  readonly market_frame = signal(0);
  readonly orders_frame = signal(0);

  readonly instrument = computed(() =>
    this.instruments.value.find((i) => i.symbol === this.symbol.value),
  );
  readonly lock = computed(() => lockReason(this.health.value));

  bar_sink: BarSink | null = null;
  #line: Connections = { market: 'connecting', orders: 'connecting', ever_ready: false };
  #market_stream: Stream;
  #order_stream: Stream;
  #frame_wanted = false;
  #orders_changed = false;
  #portfolio_timer = 0;
  #history_of = 0;

  constructor(store: TokenStore) {
    this.api = new Api(store);
    this.api.onSignedOut = () => this.#leave('Your session has ended. Please sign in again.');
    this.ticket = new Ticket(this.api, (stage) => this.#ticketChanged(stage));
    const base = location.origin.replace(/^http/, 'ws');
    this.#market_stream = new Stream(`${base}/ws/market-data`, this.#marketOwner());
    this.#order_stream = new Stream(`${base}/ws/orders`, this.#orderOwner());
    addEventListener('online', () => this.#retryStreams());
    addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#retryStreams();
    });
    setInterval(() => this.#checkHealth(), health_check_ms);
    setInterval(() => this.signed_in.value && void this.refreshPortfolio(), portfolio_refresh_ms);
    if (this.api.token() !== null) void this.enter();
  }

  async login(username: string, password: string): Promise<void> {
    await this.api.login(username, password);
    await this.enter();
  }

  async logout(): Promise<void> {
    await this.api.logout();
    this.#leave('');
  }

  // Signed in: fetch what rarely changes, then open the streams.
  async enter(): Promise<void> {
    try {
      const [instruments, accounts] = await Promise.all([
        this.api.instruments(),
        this.api.accounts(),
      ]);
      this.instruments.value = instruments;
      this.accounts.value = accounts;
      this.account_id.value ||= accounts[0]?.account_id ?? '';
      this.starting_problem.value = '';
      this.signed_in.value = true;
      this.choose(this.symbol.value || instruments[0]?.symbol || '');
      this.#market_stream.start();
      this.#order_stream.start();
      await this.refreshPortfolio();
    } catch (error) {
      this.starting_problem.value = messageOf(error);
      throw error;
    }
  }

  choose(symbol: string): void {
    if (symbol === '' || symbol === this.symbol.value) return;
    const before = this.symbol.value;
    if (before !== '') this.#market_stream.send(unsubscribe(before));
    this.symbol.value = symbol;
    this.market.select(symbol);
    this.#market_stream.send(subscribe([symbol], ['depth', 'trades', 'bars']));
    if (this.ticket.stage.name !== 'sending') this.ticket.giveUp();
    this.draft.value = { ...this.draft.value, limit_price: '', quantity: '' };
    void this.loadHistory();
    this.#draw();
  }

  chooseAccount(account_id: string): void {
    if (account_id === this.account_id.value) return;
    this.account_id.value = account_id;
    this.orders.reset();
    this.balances.value = [];
    this.positions.value = [];
    this.#order_stream.stop();
    this.#order_stream.start();
    void this.refreshPortfolio();
    this.#draw(true);
  }

  // Digits after the point of an instrument's prices.
  places(symbol = this.symbol.value): number {
    const instrument = this.instruments.value.find((one) => one.symbol === symbol);
    return placesOf(instrument?.tick_size ?? '0.01');
  }

  edit(change: Partial<Draft>): void {
    if (this.ticket.edit()) this.draft.value = { ...this.draft.value, ...change };
  }

  async cancel(order_id: string): Promise<void> {
    this.notice.value = { text: `Canceling order ${order_id}…`, kind: 'plain' };
    await this.#act(() => this.api.cancel(order_id), `Order ${order_id} was not canceled`);
  }

  // True when the platform took the change.
  async replace(
    order_id: string,
    change: { quantity?: string; limit_price?: string },
  ): Promise<boolean> {
    return this.#act(() => this.api.replace(order_id, change), `Order ${order_id} was not changed`);
  }

  async #act(action: () => Promise<Order>, failure: string): Promise<boolean> {
    try {
      const order = await action();
      this.orders.upsert(order);
      this.#draw(true);
      this.#refreshPortfolioSoon();
      this.notice.value = orderSentence(order);
      return true;
    } catch (error) {
      this.notice.value = { text: `${failure}: ${messageOf(error)}`, kind: 'bad' };
      return false;
    }
  }

  // History overlaps with the stream; the newest request wins when the symbol changes quickly.
  async loadHistory(): Promise<void> {
    const symbol = this.symbol.value;
    const instrument = this.instrument.value;
    const turn = ++this.#history_of;
    if (!instrument) return;
    try {
      const [bars, depth, trades] = await Promise.all([
        this.api.bars(symbol, bars_max),
        this.api.depth(symbol),
        this.api.trades(symbol, 50),
      ]);
      if (turn !== this.#history_of) return;
      this.bar_sink?.setBars(bars, instrument);
      if (this.market.depth.bids.length + this.market.depth.asks.length === 0) {
        this.market.setDepth(depth);
      }
      this.market.addTrades(trades);
      this.#draw();
    } catch (error) {
      const text = `The history of ${symbol} could not be loaded: ${messageOf(error)}`;
      if (turn === this.#history_of) this.notice.value = { text, kind: 'bad' };
    }
  }

  async refreshPortfolio(): Promise<void> {
    const account = this.account_id.value;
    if (account === '' || this.health.value === 'offline') return;
    try {
      const [balances, positions] = await Promise.all([
        this.api.balances(account),
        this.api.positions(account),
      ]);
      if (account !== this.account_id.value) return;
      this.balances.value = balances;
      this.positions.value = positions;
    } catch {
      // The connection state tells; the next round tries again.
    }
  }

  #marketOwner(): StreamOwner {
    return this.#owner(
      'market',
      (message) => {
        this.market.apply(message, performance.now());
        if (message.type !== 'heartbeat') this.#draw();
      },
      (send) => {
        this.market.restart();
        const symbols = this.instruments.value.slice(0, watched_max).map((i) => i.symbol);
        send(subscribe(symbols, ['quotes']));
        send(subscribe([this.symbol.value], ['depth', 'trades', 'bars']));
        void this.loadHistory();
      },
    );
  }

  #orderOwner(): StreamOwner {
    return this.#owner(
      'orders',
      (message) => this.#orderMessage(message),
      (send) => {
        const after_sequence = this.orders.resumeAfter();
        send({ action: 'subscribe', account_id: this.account_id.value, after_sequence });
      },
    );
  }

  #owner(
    name: 'market' | 'orders',
    onMessage: (message: Message) => void,
    onReady: (send: (message: object) => void) => void,
  ): StreamOwner {
    return {
      token: () => this.api.token(),
      onMessage,
      onReady,
      onRefused: () => this.api.refresh(),
      onState: (state: StreamState) => {
        this.#line[name] = state;
        this.#line.ever_ready ||= this.#line.market === 'ready' && this.#line.orders === 'ready';
        this.#checkHealth();
      },
    };
  }

  #orderMessage(message: Message): void {
    if (message.type === 'subscribed') {
      // Only now: between an earlier snapshot and the subscription an event could be lost.
      this.orders.subscribedAt(Number(message['sequence']));
      void this.#loadOrders();
      return;
    }
    if (!this.orders.apply(message)) return;
    const order = message['order'] as Order;
    if (message['event'] !== 'new') this.notice.value = orderSentence(order);
    this.#refreshPortfolioSoon();
    this.#draw(true);
  }

  async #loadOrders(): Promise<void> {
    const account = this.account_id.value;
    try {
      const [open, recent, fills] = await Promise.all([
        this.api.orders(account, 'open', 100),
        this.api.orders(account, '', 100),
        this.api.executions(account, 100),
      ]);
      if (account !== this.account_id.value) return;
      this.orders.load(open, recent, fills);
      this.#draw(true);
    } catch (error) {
      const text = `The orders could not be loaded: ${messageOf(error)}`;
      this.notice.value = { text, kind: 'bad' };
    }
  }

  #ticketChanged(stage: Stage): void {
    this.stage.value = stage;
    if (stage.name !== 'done') return;
    this.orders.upsert(stage.order);
    this.notice.value = orderSentence(stage.order);
    this.#refreshPortfolioSoon();
    this.#draw(true);
  }

  // Events come in bursts; one request a burst.
  #refreshPortfolioSoon(): void {
    clearTimeout(this.#portfolio_timer);
    const refresh = () => void this.refreshPortfolio();
    this.#portfolio_timer = window.setTimeout(refresh, portfolio_after_fill_ms);
  }

  #draw(orders_changed = false): void {
    this.#orders_changed ||= orders_changed;
    if (this.#frame_wanted) return;
    this.#frame_wanted = true;
    requestAnimationFrame(() => {
      this.#frame_wanted = false;
      for (const bar of this.market.takeBars()) this.bar_sink?.update(bar);
      this.market_frame.value += 1;
      if (this.#orders_changed) this.orders_frame.value += 1;
      this.#orders_changed = false;
    });
  }

  #checkHealth(): void {
    const age = this.market.ageMs(performance.now());
    this.health.value = health(this.#line, age, this.market.feedState());
    this.age_seconds.value = Number.isFinite(age) ? Math.floor(age / 1000) : 0;
  }

  #retryStreams(): void {
    this.#market_stream.retryNow();
    this.#order_stream.retryNow();
  }

  #leave(reason: string): void {
    this.#market_stream.stop();
    this.#order_stream.stop();
    this.#line = { market: 'connecting', orders: 'connecting', ever_ready: false };
    this.orders.reset();
    this.account_id.value = '';
    this.balances.value = [];
    this.positions.value = [];
    this.ticket.giveUp();
    this.draft.value = empty_draft;
    this.starting_problem.value = reason;
    this.signed_in.value = false;
  }
}

function subscribe(symbols: string[], channels: string[]): object {
  return { action: 'subscribe', symbols, channels };
}

function unsubscribe(symbol: string): object {
  return { action: 'unsubscribe', symbols: [symbol], channels: ['depth', 'trades', 'bars'] };
}
