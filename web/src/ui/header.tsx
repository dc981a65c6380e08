import type { App } from '../app.ts';
import type { Health } from '../market.ts';
import { switchTheme, theme } from '../theme.ts';
import { priceText } from '../words.ts';

// Each state differs in text and in shape, not in colour alone.
const states: Record<Health, { mark: string; text: string; kind: string }> = {
  live: { mark: '●', text: 'Live', kind: 'good' },
  demo: { mark: '◆', text: 'Demo market', kind: 'good' },
  connecting: { mark: '◌', text: 'Connecting', kind: 'warn' },
  stale: { mark: '◐', text: 'Stale', kind: 'warn' },
  gapped: { mark: '◫', text: 'Gap in feed', kind: 'warn' },
  crossed: { mark: '⨯', text: 'Crossed book', kind: 'warn' },
  stopped: { mark: '■', text: 'Feed stopped', kind: 'bad' },
  offline: { mark: '○', text: 'Offline', kind: 'bad' },
};

export function Header({ app }: { app: App }) {
  return (
    <header class="top">
      <img src="/favicon.svg" alt="" width="24" height="24" />
      <h1>Trading platform</h1>
      <LastPrice app={app} />
      <span class="spacer" />
      <ConnectionState app={app} />
      {app.accounts.value.length > 1 && <AccountPicker app={app} />}
      <button type="button" onClick={switchTheme}>
        {theme.value === 'dark' ? '☀ Light' : '☾ Dark'}
      </button>
      <button type="button" onClick={() => void app.logout()}>
        Sign out
      </button>
    </header>
  );
}

function LastPrice({ app }: { app: App }) {
  app.market_frame.value;
  const instrument = app.instrument.value;
  const quote = app.market.quotes.get(app.symbol.value);
  if (!instrument) return null;
  const price = (text?: string) => priceText(text, app.places());
  return (
    <p class="last-price">
      <b>{instrument.symbol}</b>
      <span class="number big" data-testid="last-price">
        {price(quote?.last_price)}
      </span>
      <span class="soft number">
        bid {price(quote?.bid_price)} · ask {price(quote?.ask_price)} {instrument.quote_currency}
      </span>
    </p>
  );
}

function ConnectionState({ app }: { app: App }) {
  const state = states[app.health.value];
  const age = app.age_seconds.value;
  const aged = app.health.value === 'stale' || app.health.value === 'offline';
  return (
    <p class={`state ${state.kind}`}>
      <span aria-hidden="true">{state.mark}</span>
      <span role="status" data-testid="state">
        {state.text}
      </span>
      <span class="age number" aria-hidden="true">
        {aged && age > 0 ? `${Math.min(age, 999)} s` : ''}
      </span>
    </p>
  );
}

function AccountPicker({ app }: { app: App }) {
  return (
    <label class="inline">
      Account
      <select
        value={app.account_id.value}
        onChange={(event) => app.chooseAccount(event.currentTarget.value)}
      >
        {app.accounts.value.map((account) => (
          <option key={account.account_id} value={account.account_id}>
            {account.name}
          </option>
        ))}
      </select>
    </label>
  );
}
