import type { App } from '../app.ts';
import { amount, clock, priceText } from '../words.ts';

const rows_max = 40;

export function Tape({ app }: { app: App }) {
  app.market_frame.value;
  const trades = app.market.trades.slice(0, rows_max);
  return (
    <section class="panel tape" aria-labelledby="tape-title">
      <h2 id="tape-title">Trades</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Latest trades">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Price</th>
              <th scope="col">Quantity</th>
            </tr>
          </thead>
          <tbody>
            {trades.map((trade, slot) => (
              <tr key={slot} data-testid="trade">
                <td class="number soft">{clock(trade.time)}</td>
                <td class={`number ${trade.side === 'sell' ? 'down' : 'up'}`}>
                  {priceText(trade.price, app.places())} {arrow(trade.side)}
                </td>
                <td class="number">{amount(trade.quantity)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {trades.length === 0 && <p class="empty">No trades yet.</p>}
      </div>
    </section>
  );
}

function arrow(side: string | undefined): string {
  return side === 'buy' ? '▲' : side === 'sell' ? '▼' : '\u2002';
}
