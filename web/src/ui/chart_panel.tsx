import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { App } from '../app.ts';
import type { Bar } from '../api.ts';
import { PriceChart } from '../chart.ts';
import { isOpen } from '../orders.ts';
import { theme } from '../theme.ts';
import { amount, clock, priceText } from '../words.ts';
import { Heads } from './heads.tsx';

const table_bars = 20;

export function ChartPanel({ app }: { app: App }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<PriceChart | null>(null);
  const bar = useSignal<Bar | undefined>(undefined);
  const spoken = useSignal('');

  useEffect(() => {
    const made = new PriceChart(box.current!, (at) => (bar.value = at));
    chart.current = made;
    app.bar_sink = {
      setBars(bars, instrument) {
        made.setBars(bars, instrument);
        bar.value = made.last();
      },
      update(next) {
        const followed = bar.value?.start === made.last()?.start;
        made.update(next);
        if (followed) bar.value = made.last();
      },
    };
    void app.loadHistory();
    const stop = theme.subscribe(() => made.paint());
    return () => {
      stop();
      app.bar_sink = null;
      made.close();
    };
  }, []);

  useEffect(() => {
    const symbol = app.symbol.value;
    const working = app.orders.list(true).filter((order) => order.symbol === symbol);
    chart.current?.setOrders(working.filter((order) => isOpen(order) && order.limit_price));
  }, [app.orders_frame.value, app.symbol.value, theme.value]);

  function leave() {
    chart.current?.leave();
    bar.value = chart.current?.last();
  }

  function step(event: KeyboardEvent) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = chart.current?.step(by);
    if (!at) return;
    bar.value = at;
    spoken.value = sentence(at);
  }

  return (
    <section class="panel chart" aria-labelledby="chart-title">
      <h2 id="chart-title">{app.symbol.value} · 1 minute · UTC</h2>
      <p class="readout number" data-testid="readout">
        {bar.value ? <Readout bar={bar.value} places={app.places()} /> : 'No bars yet.'}
      </p>
      <div
        class="chart-box"
        tabIndex={0}
        role="group"
        aria-label={`Price chart of ${app.symbol.value}. Left and right arrows read bar by bar.`}
        onKeyDown={step}
        onBlur={leave}
        ref={box}
      />
      <p class="unseen" role="status">
        {spoken.value}
      </p>
      <BarTable app={app} chart={() => chart.current} />
    </section>
  );
}

function Readout({ bar, places }: { bar: Bar; places: number }) {
  const price = (text: string) => priceText(text, places);
  const rose = Number(bar.close) >= Number(bar.open);
  return (
    <>
      <span class="soft">{clock(bar.start).slice(0, 5)}</span> O {price(bar.open)} H{' '}
      {price(bar.high)} L {price(bar.low)} C{' '}
      <span class={rose ? 'up' : 'down'}>
        {price(bar.close)} {rose ? '▲' : '▼'}
      </span>{' '}
      <span class="soft">Vol {amount(bar.volume)}</span>
    </>
  );
}

function sentence(bar: Bar): string {
  const { open, high, low, close, volume } = bar;
  const prices = `open ${open}, high ${high}, low ${low}, close ${close}`;
  return `${clock(bar.start).slice(0, 5)}: ${prices}, volume ${volume}`;
}

// The same bars as text; read when opened, so that streaming costs nothing while it is closed.
function BarTable({ app, chart }: { app: App; chart: () => PriceChart | null }) {
  const open = useSignal(false);
  if (open.value) app.market_frame.value;
  return (
    <details onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>Bars as a table</summary>
      <div class="scroll short" tabIndex={0} role="region" aria-label="Latest bars">
        <table>
          <Heads names={['#Time', '#Open', '#High', '#Low', '#Close', '#Volume']} />
          <tbody>
            {(open.value ? (chart()?.recent(table_bars) ?? []) : []).map((bar, slot) => (
              <tr key={slot}>
                <td class="number">{clock(bar.start).slice(0, 5)}</td>
                {[bar.open, bar.high, bar.low, bar.close].map((value, column) => (
                  <td key={column} class="number">
                    {priceText(value, app.places())}
                  </td>
                ))}
                <td class="number">{amount(bar.volume)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
