// The candle chart with volume. The only place where prices become floating-point numbers, because
// pixels are.

import {
  CandlestickSeries,
  ColorType,
  createChart,
  HistogramSeries,
  type CandlestickData,
  type HistogramData,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';

import type { Bar, Instrument, Order } from './api.ts';
import { placesOf } from './decimal.ts';

const shown_bars = 90;

function seconds(bar: Bar): UTCTimestamp {
  return Math.floor(Date.parse(bar.start) / 1000) as UTCTimestamp;
}

export class PriceChart {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<'Candlestick'>;
  readonly #volume: ISeriesApi<'Histogram'>;
  readonly #bars: Bar[] = [];
  #lines: IPriceLine[] = [];
  #focus: number | null = null;
  #volume_up = '';
  #volume_down = '';

  // `onBar` is told which bar is under the pointer, or the newest one.
  constructor(container: HTMLElement, onBar: (bar: Bar | undefined) => void) {
    this.#chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: true, fontFamily: 'inherit', fontSize: 11 },
      timeScale: { timeVisible: true, secondsVisible: false, borderVisible: false },
      rightPriceScale: { borderVisible: false },
      handleScroll: { vertTouchDrag: false },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.24 } });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.#chart.subscribeCrosshairMove((event) => {
      const at =
        event.time === undefined ? -1 : this.#bars.findIndex((b) => seconds(b) === event.time);
      onBar(this.#bars[at] ?? this.#bars.at(-1));
    });
    this.paint();
  }

  setBars(bars: readonly Bar[], instrument: Instrument): void {
    this.#bars.splice(0, this.#bars.length, ...bars);
    this.#bars.sort((a, b) => seconds(a) - seconds(b));
    this.#focus = null;
    const precision = placesOf(instrument.tick_size);
    this.#candles.applyOptions({
      priceFormat: { type: 'price', precision, minMove: 10 ** -precision },
    });
    this.#candles.setData(this.#bars.map(candle));
    this.#volume.setData(this.#bars.map((bar) => this.#column(bar)));
    const last = this.#bars.length;
    this.#chart.timeScale().setVisibleLogicalRange({ from: last - shown_bars, to: last + 4 });
  }

  // The running bar or the one after it; older ones are history that does not change.
  update(bar: Bar): void {
    const last = this.#bars.at(-1);
    if (last && seconds(bar) < seconds(last)) return;
    if (last && seconds(bar) === seconds(last)) this.#bars.pop();
    this.#bars.push(bar);
    this.#candles.update(candle(bar));
    this.#volume.update(this.#column(bar));
  }

  recent(count: number): Bar[] {
    return this.#bars.slice(-count).reverse();
  }

  last(): Bar | undefined {
    return this.#bars.at(-1);
  }

  // Moves the crosshair by bars, for the arrow keys. Returns the bar it stands on.
  step(by: number): Bar | undefined {
    if (this.#bars.length === 0) return undefined;
    const from = this.#focus ?? this.#bars.length - (by < 0 ? 0 : 1);
    this.#focus = Math.min(Math.max(from + by, 0), this.#bars.length - 1);
    const bar = this.#bars[this.#focus]!;
    this.#chart.setCrosshairPosition(Number(bar.close), seconds(bar), this.#candles);
    return bar;
  }

  leave(): void {
    this.#focus = null;
    this.#chart.clearCrosshairPosition();
  }

  // A line for each working order.
  setOrders(orders: readonly Order[]): void {
    for (const line of this.#lines) this.#candles.removePriceLine(line);
    this.#lines = orders.map((order) =>
      this.#candles.createPriceLine({
        price: Number(order.limit_price),
        color: colour(order.side === 'buy' ? '--up' : '--down'),
        lineWidth: 1,
        lineStyle: 2,
        title: `${order.side} ${order.quantity}`,
      }),
    );
  }

  // Takes the colours of the page; call again when the theme changes.
  paint(): void {
    this.#volume_up = colour('--up-faint');
    this.#volume_down = colour('--down-faint');
    const grid = { color: colour('--line-faint') };
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colour('--panel') },
        textColor: colour('--text-soft'),
      },
      grid: { vertLines: grid, horzLines: grid },
    });
    this.#candles.applyOptions({
      upColor: colour('--up'),
      wickUpColor: colour('--up'),
      downColor: colour('--down'),
      wickDownColor: colour('--down'),
    });
    this.#volume.setData(this.#bars.map((bar) => this.#column(bar)));
  }

  close(): void {
    this.#chart.remove();
  }

  #column(bar: Bar): HistogramData<UTCTimestamp> {
    const up = Number(bar.close) >= Number(bar.open);
    const color = up ? this.#volume_up : this.#volume_down;
    return { time: seconds(bar), value: Number(bar.volume), color };
  }
}

function candle(bar: Bar): CandlestickData<UTCTimestamp> {
  const { open, high, low, close } = bar;
  return {
    time: seconds(bar),
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
  };
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
