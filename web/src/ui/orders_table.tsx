// Orders, newest first. Every act names an order by id; while the pointer is over the list or the
// keyboard is in it, rows keep their places and newer orders wait.

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';

import type { App } from '../app.ts';
import type { Order } from '../api.ts';
import { HeldList, isOpen } from '../orders.ts';
import {
  amount,
  clock,
  lifetimes,
  orderName,
  priceText,
  reasonText,
  statusText,
} from '../words.ts';
import { Heads } from './heads.tsx';
import { ReplaceDialog } from './replace_dialog.tsx';

const rows_max = 100;
const columns = ['#Time', '#Order', 'Symbol', 'Side', 'Type', '#Quantity', '#Filled'].concat([
  '#Limit',
  '#Average',
  'Status',
  'Act',
]);

export function OrdersTable({ app }: { app: App }) {
  app.orders_frame.value;
  const open_only = useSignal(false);
  const replacing = useSignal<string | null>(null);
  const inside = useSignal(0); // pointer and keyboard: 0, 1 or 2
  const held = useRef(new HeldList()).current;

  const ids = app.orders.list(open_only.value).map((order) => order.order_id);
  if (inside.value === 0) held.release();
  else held.hold(ids.slice(0, rows_max));
  const { ids: shown, waiting } = held.show(ids.slice(0, rows_max));
  const orders = shown
    .map((id) => app.orders.orders.get(id))
    .filter((order) => order !== undefined);

  return (
    <>
      <div class="tools">
        <label class="inline">
          <input
            type="checkbox"
            checked={open_only.value}
            onChange={(event) => (open_only.value = event.currentTarget.checked)}
          />
          Working only
        </label>
        <span class="soft">
          {waiting > 0
            ? `${waiting} newer: shown when you leave the list`
            : 'Delete cancels the order in focus'}
        </span>
      </div>
      {orders.length === 0 ? (
        <p class="empty">No orders yet. Fill in the ticket to place the first one.</p>
      ) : (
        <table
          class="wide acting"
          onMouseEnter={() => (inside.value |= 1)}
          onMouseLeave={() => (inside.value &= ~1)}
          onFocusIn={() => (inside.value |= 2)}
          onFocusOut={() => (inside.value &= ~2)}
        >
          <Heads names={columns} />
          <tbody>
            {orders.map((order) => (
              <OrderRow
                key={order.order_id}
                order={order}
                places={app.places(order.symbol)}
                onCancel={() => void app.cancel(order.order_id)}
                onReplace={() => (replacing.value = order.order_id)}
              />
            ))}
          </tbody>
        </table>
      )}
      {replacing.value !== null && (
        <ReplaceDialog
          app={app}
          order_id={replacing.value}
          onClose={() => (replacing.value = null)}
        />
      )}
    </>
  );
}

interface RowProps {
  order: Order;
  places: number;
  onCancel: () => void;
  onReplace: () => void;
}

function OrderRow({ order, places, onCancel, onReplace }: RowProps) {
  const open = isOpen(order);
  const buys = order.side === 'buy';
  const name = `order ${order.order_id}: ${orderName(order)}`;
  return (
    <tr
      class={open ? 'open' : 'ended'}
      data-testid="order"
      data-order={order.order_id}
      onKeyDown={(event) => event.key === 'Delete' && open && onCancel()}
    >
      <td class="number soft">{clock(order.created_at)}</td>
      <td class="number">{order.order_id}</td>
      <td>{order.symbol}</td>
      <td class={buys ? 'up' : 'down'}>{buys ? '▲ Buy' : '▼ Sell'}</td>
      <td>
        {order.order_type === 'limit' ? 'Limit' : 'Market'}
        <abbr class="soft" title={lifetimes[order.time_in_force]}>
          {order.time_in_force.toUpperCase()}
        </abbr>
      </td>
      <td class="number">{amount(order.quantity)}</td>
      <td class="number">{amount(order.filled_quantity)}</td>
      <td class="number">{priceText(order.limit_price, places)}</td>
      <td class="number">{priceText(order.average_price, places)}</td>
      <td class="status" title={reasonText(order.reason)}>
        {statusText(order.status)}
        {order.status === 'rejected' && <span class="soft"> · {reasonText(order.reason)}</span>}
      </td>
      <td class="acts">
        {open && (
          <>
            {order.order_type === 'limit' && (
              <button type="button" aria-label={`Change ${name}`} onClick={onReplace}>
                Change
              </button>
            )}
            <button type="button" aria-label={`Cancel ${name}`} onClick={onCancel}>
              ✕ Cancel
            </button>
          </>
        )}
      </td>
    </tr>
  );
}
