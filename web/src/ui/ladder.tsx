// The depth ladder: ten fixed slots a side, so that rows never move while prices do. A price is a
// button that puts it into the ticket; arrow keys walk the slots.

import { useSignal } from '@preact/signals';

import type { App } from '../app.ts';
import type { DepthLevel, Order, Side } from '../api.ts';
import { add, subtract, trim, withPlaces } from '../decimal.ts';
import { amount, priceText } from '../words.ts';

const slots = 10;

interface Slot {
  side: Side;
  level: DepthLevel | undefined;
}

export function Ladder({ app }: { app: App }) {
  app.market_frame.value;
  app.orders_frame.value;
  const { bids, asks } = app.market.depth;
  const rows: Slot[] = [];
  for (let i = slots - 1; i >= 0; i--) rows.push({ side: 'sell', level: asks[i] });
  for (let i = 0; i < slots; i++) rows.push({ side: 'buy', level: bids[i] });
  const focus = useSignal(slots);
  const largest = Math.max(1, ...rows.map((row) => Number(row.level?.quantity ?? 0)));
  const working = app.orders.working(app.symbol.value);
  const places = app.places();
  const doubted = app.lock.value !== null;

  function move(event: KeyboardEvent) {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    focus.value = Math.min(Math.max(focus.value + by, 0), rows.length - 1);
    const table = event.currentTarget as HTMLElement;
    table.querySelectorAll<HTMLElement>('button')[focus.value]?.focus();
  }

  const draw = (row: Slot, slot: number) => (
    <LadderRow
      key={slot}
      row={row}
      share={Number(row.level?.quantity ?? 0) / largest}
      mine={mineAt(working, row)}
      places={places}
      focused={focus.value === slot}
      onFocus={() => (focus.value = slot)}
      onPick={(price) => app.edit({ order_type: 'limit', limit_price: price })}
    />
  );

  return (
    <section class={`panel ladder ${doubted ? 'doubted' : ''}`} aria-labelledby="ladder-title">
      <h2 id="ladder-title">Depth</h2>
      <table onKeyDown={move}>
        <thead>
          <tr>
            <th scope="col">Mine</th>
            <th scope="col">Bid</th>
            <th scope="col">Price</th>
            <th scope="col">Ask</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, slots).map((row, slot) => draw(row, slot))}
          <SpreadRow bid={bids[0]} ask={asks[0]} />
          {rows.slice(slots).map((row, slot) => draw(row, slots + slot))}
        </tbody>
      </table>
    </section>
  );
}

function mineAt(working: Map<string, Order[]>, row: Slot): Order[] {
  if (!row.level) return [];
  const price = trim(row.level.price);
  const found: Order[] = [];
  for (const [key, orders] of working) {
    const [side, at = ''] = key.split(' ');
    if (side === row.side && trim(at) === price) found.push(...orders);
  }
  return found;
}

interface RowProps {
  row: Slot;
  share: number;
  mine: Order[];
  places: number;
  focused: boolean;
  onFocus: () => void;
  onPick: (price: string) => void;
}

function LadderRow({ row, share, mine, places, focused, onFocus, onPick }: RowProps) {
  const { side, level } = row;
  const rest = mine
    .map((order) => subtract(order.quantity, order.filled_quantity))
    .reduce(add, '0');
  const size = <Size side={side} level={level} share={share} />;
  return (
    <tr class={side} data-testid={`depth-${side}`}>
      <td class="mine number">{mine.length > 0 ? `◆ ${amount(rest)}` : ''}</td>
      <td class="number">{side === 'buy' && size}</td>
      <td class="number price">
        <button
          type="button"
          tabIndex={focused ? 0 : -1}
          onFocus={onFocus}
          onClick={() => level && onPick(withPlaces(level.price, places))}
          aria-label={level ? `Use price ${level.price}` : 'No price'}
        >
          {level ? priceText(level.price, places) : '\u00a0'}
        </button>
      </td>
      <td class="number">{side === 'sell' && size}</td>
    </tr>
  );
}

function Size({
  side,
  level,
  share,
}: {
  side: Side;
  level: DepthLevel | undefined;
  share: number;
}) {
  return (
    <span class="size">
      <span class={`bar ${side}`} style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      <span class="text">{level ? amount(level.quantity) : ''}</span>
    </span>
  );
}

function SpreadRow({ bid, ask }: { bid: DepthLevel | undefined; ask: DepthLevel | undefined }) {
  const spread = bid && ask ? trim(subtract(ask.price, bid.price)) : '–';
  return (
    <tr class="spread">
      <td colSpan={4}>
        Spread <span class="number">{spread}</span>
      </td>
    </tr>
  );
}
