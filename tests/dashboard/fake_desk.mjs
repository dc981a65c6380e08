// Orders, fills, cash and positions of one account over the fake markets.

import { FakeMarket, instruments, nanos } from './fake_market.mjs';

const start_cash = 1_000_000;

export class FakeDesk {
  constructor(Refusal) {
    this.Refusal = Refusal;
    this.markets = new Map(instruments.map((one, i) => [one.symbol, new FakeMarket(one, i + 1)]));
    this.orders = new Map();
    this.events = [];
    this.executions = [];
    this.positions = new Map();
    this.cash = start_cash;
    this.sequence = 0;
    this.watchers = new Set();
    this.followers = new Set();
  }

  route(method, [area, id, more], query, body) {
    const key = `${method} ${area}`;
    switch (key) {
      case 'GET instruments':
        return { instruments: [...this.markets.values()].map((market) => market.describe()) };
      case 'GET market-data':
        return this.#marketData(this.market(id), more);
      case 'GET historical':
        return { bars: this.market(id).bars.map((bar) => this.market(id).bar(bar)) };
      case 'GET accounts':
        return id ? this.#account() : { accounts: [{ account_id: '1', name: 'Paper account' }] };
      case 'GET portfolio':
        return {
          positions: [...this.positions].map(([symbol, held]) => this.#position(symbol, held)),
        };
      case 'GET executions':
        return { executions: this.executions };
      case 'GET orders':
        return { orders: this.#list(query.get('status')) };
      case 'POST orders':
        return id === 'preview' ? this.#preview(body) : this.#place(body);
      case 'PATCH orders':
        return this.#replace(this.order(id), body);
      case 'DELETE orders':
        return this.#finish(this.order(id), 'canceled');
    }
    throw new this.Refusal(404, 'not_found', `There is no ${key}.`);
  }

  market(symbol) {
    const market = this.markets.get(decodeURIComponent(symbol));
    if (!market) throw new this.Refusal(404, 'unknown_instrument', 'There is no such instrument.');
    return market;
  }

  order(id) {
    const order = this.orders.get(id);
    if (!order) throw new this.Refusal(404, 'unknown_order', 'There is no such order.');
    return order;
  }

  step() {
    for (const market of this.markets.values()) {
      const trade = market.step(Date.now());
      for (const watcher of this.watchers) watcher(market, trade);
    }
  }

  watch(symbols, channels, say) {
    const wants = (channel) => channels.includes(channel);
    const watcher = (market, trade) => {
      if (!symbols.includes(market.symbol)) return;
      const { symbol } = market;
      if (wants('quotes')) say({ type: 'quote', ...market.quote() });
      if (wants('depth')) say({ type: 'depth', ...this.#depth(market) });
      if (trade && wants('trades')) say({ type: 'trades', symbol, trades: [trade] });
      if (trade && wants('bars')) {
        say({ type: 'bar', symbol, interval: '1m', ...market.bar(market.bars.at(-1)) });
      }
    };
    this.watchers.add(watcher);
    for (const symbol of symbols) say({ type: 'feed', symbol, state: 'demo' });
    return () => this.watchers.delete(watcher);
  }

  follow(after_sequence, say) {
    if (after_sequence !== undefined) {
      for (const event of this.events) if (event.sequence > after_sequence) say(event);
    }
    this.followers.add(say);
    return () => this.followers.delete(say);
  }

  #depth(market) {
    const { symbol, bids, asks } = market;
    const rows = (side) =>
      side.map(({ ticks, quantity }) => [market.price(ticks), String(quantity), 2]);
    const sequence = ++market.sequence;
    return { symbol, sequence, bids: rows(bids), asks: rows(asks), time: nanos(Date.now()) };
  }

  #marketData(market, what) {
    if (what === 'trades') return { trades: market.trades.slice(0, 50) };
    if (what !== 'depth') return { ...market.quote(), feed_state: 'demo' };
    const level = ([price, quantity, order_count]) => ({ price, quantity, order_count });
    const depth = this.#depth(market);
    return { ...depth, bids: depth.bids.map(level), asks: depth.asks.map(level) };
  }

  #account() {
    const balance = this.cash.toFixed(2);
    const held = this.#held().toFixed(2);
    const available = (this.cash - this.#held()).toFixed(2);
    const balances = [{ currency: 'USD', balance, held, available }];
    return { account_id: '1', name: 'Paper account', balances };
  }

  #held() {
    const buys = [...this.orders.values()].filter((o) => o.status === 'new' && o.side === 'buy');
    return buys.reduce((sum, o) => sum + Number(o.quantity) * Number(o.limit_price), 0);
  }

  #position(symbol, { quantity, cost }) {
    const market = this.market(symbol);
    const last = Number(market.price(market.bars.at(-1).close));
    return {
      symbol,
      quantity: String(quantity),
      held: '0',
      average_cost: (cost / quantity).toFixed(4),
      market_price: market.price(market.bars.at(-1).close),
      unrealised_profit: (last * quantity - cost).toFixed(2),
      realised_profit: '0.00',
    };
  }

  #list(status) {
    const all = [...this.orders.values()].reverse();
    return status === 'open' ? all.filter((order) => order.status === 'new') : all;
  }

  // What would trade at once: the best opposite price, as far as the limit allows.
  #fillPrice(request) {
    const market = this.market(request.symbol);
    const best = (request.side === 'buy' ? market.asks : market.bids)[0].ticks;
    if (request.order_type === 'market') return best;
    const limit = Number(request.limit_price) * 10 ** market.places;
    const crosses = request.side === 'buy' ? limit >= best - 1e-6 : limit <= best + 1e-6;
    return crosses ? best : null;
  }

  #preview(request) {
    const market = this.market(request.symbol);
    const best = this.#fillPrice(request);
    const quantity = Number(request.quantity);
    const price = Number(best === null ? request.limit_price : market.price(best));
    const required = request.side === 'buy' ? quantity * price : 0;
    const available = this.cash - this.#held();
    const accepted = required <= available;
    return {
      accepted,
      ...(accepted
        ? {}
        : { reason: 'insufficient_funds', message: 'There is not enough cash for this order.' }),
      fill_quantity: best === null ? '0' : request.quantity,
      ...(best === null ? {} : { fill_average_price: market.price(best) }),
      rest_quantity: best === null ? request.quantity : '0',
      cash_required: required.toFixed(2),
      cash_available: available.toFixed(2),
      position_available: String(this.positions.get(request.symbol)?.quantity ?? 0),
    };
  }

  #place(request) {
    const known = [...this.orders.values()].find(
      (o) => o.client_order_id === request.client_order_id,
    );
    if (known) return known;
    const refusal = this.#preview(request);
    if (!refusal.accepted) throw new this.Refusal(422, refusal.reason, refusal.message);
    const now = nanos(Date.now());
    const order_id = String(this.orders.size + 101);
    const order = { ...request, order_id, account_id: '1', status: 'new', filled_quantity: '0' };
    Object.assign(order, { created_at: now, updated_at: now });
    this.orders.set(order_id, order);
    this.#tell('new', order, 0);
    const best = this.#fillPrice(request);
    if (best !== null) this.#fill(order, best);
    return order;
  }

  #fill(order, ticks) {
    const market = this.market(order.symbol);
    const trade = market.print(ticks, Number(order.quantity), order.side, Date.now());
    const { trade_id, price, quantity, time } = trade;
    Object.assign(order, { status: 'filled', filled_quantity: quantity, average_price: price });
    const sign = order.side === 'buy' ? 1 : -1;
    const cost = sign * Number(quantity) * Number(price);
    const held = this.positions.get(order.symbol) ?? { quantity: 0, cost: 0 };
    this.positions.set(order.symbol, {
      quantity: held.quantity + sign * Number(quantity),
      cost: held.cost + cost,
    });
    this.cash -= cost;
    const execution = { trade_id, price, quantity, liquidity: 'taker', time };
    const { order_id, symbol, side } = order;
    this.executions.unshift({ order_id, symbol, side, ...execution });
    this.#tell('trade', order, 1, execution);
  }

  #replace(order, change) {
    if (order.status !== 'new')
      throw new this.Refusal(409, 'order_not_open', 'The order is not working.');
    Object.assign(order, change);
    return this.#tell('replaced', order, 0);
  }

  #finish(order, status) {
    if (order.status !== 'new')
      throw new this.Refusal(409, 'order_not_open', 'The order is not working.');
    order.status = status;
    return this.#tell(status, order, 0);
  }

  #tell(event, order, index, execution) {
    if (index === 0) this.sequence += 1;
    order.sequence = this.sequence;
    order.updated_at = nanos(Date.now());
    const report = { order_id: order.order_id, type: event, ...execution };
    const copy = { ...order };
    const message = {
      type: 'order',
      sequence: this.sequence,
      index,
      event,
      order: copy,
      execution: report,
    };
    this.events.push(message);
    for (const say of this.followers) say(message);
    return order;
  }
}
