import { useSignal } from '@preact/signals';

import type { App } from '../app.ts';
import type { Instrument } from '../api.ts';
import { priceText } from '../words.ts';

const rows_max = 50;

export function Watchlist({ app }: { app: App }) {
  const filter = useSignal('');
  const wanted = filter.value.trim().toLowerCase();
  const found = app.instruments.value.filter((instrument) =>
    `${instrument.symbol} ${instrument.name}`.toLowerCase().includes(wanted),
  );
  return (
    <section class="panel watch" aria-labelledby="watch-title">
      <h2 id="watch-title">Instruments</h2>
      <input
        type="search"
        aria-label="Find an instrument"
        placeholder="Find…"
        value={filter.value}
        onInput={(event) => (filter.value = event.currentTarget.value)}
      />
      <ul class="scroll">
        {found.slice(0, rows_max).map((instrument) => (
          <WatchRow key={instrument.symbol} app={app} instrument={instrument} />
        ))}
        {found.length === 0 && <li class="empty">No instrument with that name.</li>}
        {found.length > rows_max && (
          <li class="empty">{found.length - rows_max} more: type to find.</li>
        )}
      </ul>
    </section>
  );
}

function WatchRow({ app, instrument }: { app: App; instrument: Instrument }) {
  app.market_frame.value;
  const { symbol, name } = instrument;
  const last = app.market.quotes.get(symbol)?.last_price;
  const chosen = app.symbol.value === symbol;
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={() => app.choose(symbol)}>
        <b>{symbol}</b>
        <span class="number">{priceText(last, app.places(symbol))}</span>
        <span class="soft name">{name}</span>
      </button>
    </li>
  );
}
