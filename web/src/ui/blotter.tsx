import { useSignal } from '@preact/signals';

import type { App } from '../app.ts';
import type { Execution, Position } from '../api.ts';
import { grouped, rounded, sign } from '../decimal.ts';
import { amount, clock, priceText } from '../words.ts';
import { Heads } from './heads.tsx';
import { OrdersTable } from './orders_table.tsx';

type Tab = 'orders' | 'fills' | 'positions';
const tabs: Tab[] = ['orders', 'fills', 'positions'];
const titles: Record<Tab, string> = { orders: 'Orders', fills: 'Fills', positions: 'Positions' };

export function Blotter({ app }: { app: App }) {
  const tab = useSignal<Tab>('orders');
  app.orders_frame.value;
  const counts: Record<Tab, number> = {
    orders: app.orders.list(true).length,
    fills: app.orders.fills.length,
    positions: app.positions.value.length,
  };

  function move(event: KeyboardEvent) {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? tabs.length - 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    tab.value = tabs[(tabs.indexOf(tab.value) + by) % tabs.length]!;
    document.getElementById(`tab-${tab.value}`)?.focus();
  }

  return (
    <section class="panel blotter" aria-label="Orders, fills and positions">
      <div class="tabs" role="tablist" aria-label="Orders, fills and positions" onKeyDown={move}>
        {tabs.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={tab.value === name}
            aria-controls="blotter-panel"
            tabIndex={tab.value === name ? 0 : -1}
            onClick={() => (tab.value = name)}
          >
            {titles[name]} <span class="count number">{counts[name]}</span>
          </button>
        ))}
      </div>
      <div
        id="blotter-panel"
        role="tabpanel"
        tabIndex={0}
        aria-labelledby={`tab-${tab.value}`}
        class="scroll"
      >
        {tab.value === 'orders' && <OrdersTable app={app} />}
        {tab.value === 'fills' && <FillsTable app={app} fills={app.orders.fills} />}
        {tab.value === 'positions' && <PositionsTable app={app} positions={app.positions.value} />}
      </div>
    </section>
  );
}

function FillsTable({ app, fills }: { app: App; fills: Execution[] }) {
  if (fills.length === 0) return <p class="empty">No fills yet.</p>;
  return (
    <table class="wide">
      <Heads names={['#Time', 'Symbol', 'Side', '#Quantity', '#Price', '#Order', '#Trade']} />
      <tbody>
        {fills.map((fill) => (
          <tr
            key={`${fill.order_id} ${fill.trade_id}`}
            data-testid="fill"
            data-order={fill.order_id}
          >
            <td class="number soft">{clock(fill.time)}</td>
            <td>{fill.symbol}</td>
            <td class={fill.side === 'buy' ? 'up' : 'down'}>
              {fill.side === 'buy' ? '▲ Buy' : '▼ Sell'}
            </td>
            <td class="number">{amount(fill.quantity)}</td>
            <td class="number">{priceText(fill.price, app.places(fill.symbol))}</td>
            <td class="number soft">{fill.order_id}</td>
            <td class="number soft">{fill.trade_id}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PositionsTable({ app, positions }: { app: App; positions: Position[] }) {
  if (positions.length === 0) return <p class="empty">No positions yet.</p>;
  return (
    <table class="wide">
      <Heads
        names={[
          'Symbol',
          '#Quantity',
          '#Held',
          '#Average cost',
          '#Market price',
          '#Open P&L',
          '#Closed P&L',
        ]}
      />
      <tbody>
        {positions.map((position) => (
          <tr key={position.symbol} data-testid="position" data-symbol={position.symbol}>
            <td>
              <b>{position.symbol}</b>
            </td>
            <td class="number">{amount(position.quantity)}</td>
            <td class="number">{amount(position.held)}</td>
            <td class="number">
              {grouped(rounded(position.average_cost, Math.max(4, app.places(position.symbol))))}
            </td>
            <td class="number">{priceText(position.market_price, app.places(position.symbol))}</td>
            <td class="number">
              <Profit value={position.unrealised_profit} />
            </td>
            <td class="number">
              <Profit value={position.realised_profit} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Profit({ value }: { value: string | undefined }) {
  if (value === undefined) return <>–</>;
  const direction = sign(value);
  const text = grouped(rounded(value, 2));
  if (direction === 0) return <>{text}</>;
  if (direction > 0) return <span class="up">▲ +{text}</span>;
  return <span class="down">▼ {text}</span>;
}
