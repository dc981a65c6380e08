import type { App } from '../app.ts';
import { grouped, rounded } from '../decimal.ts';

const money = (text: string) => grouped(rounded(text, 2));

export function Account({ app }: { app: App }) {
  return (
    <section class="panel account" aria-labelledby="account-title">
      <h2 id="account-title">Cash</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Cash by currency">
        {app.balances.value.map(({ currency, balance, held, available }) => (
          <dl key={currency} data-testid={`cash-${currency}`}>
            <dt>{currency} available</dt>
            <dd class="number strong">{money(available)}</dd>
            <dt>Held for orders</dt>
            <dd class="number">{money(held)}</dd>
            <dt>Balance</dt>
            <dd class="number">{money(balance)}</dd>
          </dl>
        ))}
        {app.balances.value.length === 0 && <p class="empty">No cash yet.</p>}
      </div>
    </section>
  );
}
