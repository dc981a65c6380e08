// A moving market and an account for the browser tests: just enough of the platform's behaviour to
// speak its wire contract. Prices are whole ticks, cash is whole ticks times lots; text only at the
// edge.

const levels = 20;

export const instruments = [
  {
    symbol: 'ACME',
    name: 'Acme Industries',
    asset_class: 'equity',
    start: 12550,
    places: 2,
    unit: 'USD',
  },
  {
    symbol: 'GLOBEX',
    name: 'Globex Corporation',
    asset_class: 'equity',
    start: 4820,
    places: 2,
    unit: 'USD',
  },
  {
    symbol: 'BROAD',
    name: 'Broad Market ETF',
    asset_class: 'etf',
    start: 50110,
    places: 2,
    unit: 'USD',
  },
  {
    symbol: 'EURUSD',
    name: 'Euro / US dollar',
    asset_class: 'currency',
    start: 108540,
    places: 5,
    unit: 'USD',
  },
  {
    symbol: 'BTCUSD',
    name: 'Bitcoin / US dollar',
    asset_class: 'crypto',
    start: 6150000,
    places: 2,
    unit: 'USD',
  },
];

export function text(ticks, places) {
  const sign = ticks < 0 ? '-' : '';
  const digits = String(Math.abs(ticks)).padStart(places + 1, '0');
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

// A small seeded generator, so that a run can be repeated.
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export class FakeMarket {
  constructor(instrument, seed) {
    Object.assign(this, instrument);
    this.random = generator(seed);
    this.mid = instrument.start;
    this.trades = [];
    this.trade_id = 1000 * seed;
    this.sequence = 0;
    this.bars = this.#history();
    this.#refill();
  }

  describe() {
    const { symbol, name, asset_class, places, unit } = this;
    const tick_size = text(1, places);
    return {
      symbol,
      name,
      asset_class,
      state: 'open',
      quote_currency: unit,
      tick_size,
      lot_size: '1',
    };
  }

  price(ticks) {
    return text(ticks, this.places);
  }

  // One step: the price wanders, somebody trades. Returns the trade or null.
  step(now) {
    this.mid += Math.round((this.random() - 0.5) * 4);
    this.#refill();
    if (this.random() < 0.5) return null;
    const side = this.random() < 0.5 ? 'buy' : 'sell';
    const best = (side === 'buy' ? this.asks : this.bids)[0];
    return this.print(best.ticks, 1 + Math.floor(this.random() * 90), side, now);
  }

  print(ticks, quantity, side, now) {
    const trade_id = String(++this.trade_id);
    const trade = { trade_id, price: this.price(ticks), quantity: String(quantity), side };
    trade.time = nanos(now);
    this.trades = [trade, ...this.trades].slice(0, 200);
    this.#count(ticks, quantity, now);
    return trade;
  }

  quote() {
    const { symbol, bids, asks } = this;
    return {
      symbol,
      bid_price: this.price(bids[0].ticks),
      bid_quantity: String(bids[0].quantity),
      ask_price: this.price(asks[0].ticks),
      ask_quantity: String(asks[0].quantity),
      last_price: this.price(this.bars.at(-1).close),
      time: nanos(Date.now()),
      sequence: ++this.sequence,
    };
  }

  bar(one) {
    const { start, open, high, low, close, volume } = one;
    const [o, h, l, c] = [open, high, low, close].map((ticks) => this.price(ticks));
    return { start: nanos(start), open: o, high: h, low: l, close: c, volume: String(volume) };
  }

  #refill() {
    const side = (sign) =>
      Array.from({ length: levels }, (_, i) => ({
        ticks: this.mid + sign * (1 + i),
        quantity: 20 + Math.floor(this.random() * 60 * (i + 1)),
      }));
    this.bids = side(-1);
    this.asks = side(1);
  }

  #count(ticks, quantity, now) {
    const start = now - (now % 60_000);
    let bar = this.bars.at(-1);
    if (bar.start !== start) {
      bar = { start, open: ticks, high: ticks, low: ticks, close: ticks, volume: 0 };
      this.bars.push(bar);
      this.bars.splice(0, this.bars.length - 500);
    }
    bar.high = Math.max(bar.high, ticks);
    bar.low = Math.min(bar.low, ticks);
    bar.close = ticks;
    bar.volume += quantity;
  }

  #history() {
    const now = Date.now();
    const first = now - (now % 60_000) - 300 * 60_000;
    const bars = [];
    let at = this.start - 60;
    for (let i = 0; i <= 300; i++) {
      const open = at;
      const close = open + Math.round((this.random() - 0.49) * 22);
      const high = Math.max(open, close) + Math.floor(this.random() * 9);
      const low = Math.min(open, close) - Math.floor(this.random() * 9);
      const volume = 300 + Math.floor(this.random() * 2500);
      bars.push({ start: first + i * 60_000, open, high, low, close, volume });
      at = close;
    }
    this.mid = at;
    return bars;
  }
}

export function nanos(ms) {
  return new Date(ms).toISOString().replace('Z', '000000Z');
}
