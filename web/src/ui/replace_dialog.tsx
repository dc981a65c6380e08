import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import type { App } from '../app.ts';
import { compare } from '../decimal.ts';
import { isOpen } from '../orders.ts';
import { problemsOf } from '../ticket.ts';
import type { Problems } from '../ticket.ts';
import { orderName } from '../words.ts';

// Changes quantity or price of one working order. The order is held by id; if it ends while the
// dialog is open, the dialog says so and sends nothing.
export function ReplaceDialog(props: { app: App; order_id: string; onClose: () => void }) {
  const { app, order_id, onClose } = props;
  app.orders_frame.value;
  const order = app.orders.orders.get(order_id);
  const dialog = useRef<HTMLDialogElement>(null);
  const quantity = useSignal(order?.quantity ?? '');
  const price = useSignal(order?.limit_price ?? '');
  const problems = useSignal<Problems>({});
  const busy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);

  const instrument = app.instruments.value.find((one) => one.symbol === order?.symbol);
  if (!order || !instrument) return null;
  const ended = !isOpen(order);
  const locked = app.lock.value;

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy.value || ended || locked !== null) return;
    const draft = { ...order!, quantity: quantity.value, limit_price: price.value };
    problems.value = problemsOf(draft, instrument!);
    if (Object.keys(problems.value).length > 0) return;
    const change = {
      quantity: compare(quantity.value.trim(), order!.quantity) ? quantity.value.trim() : undefined,
      limit_price: compare(price.value.trim(), order!.limit_price!)
        ? price.value.trim()
        : undefined,
    };
    if (!change.quantity && !change.limit_price) return onClose();
    busy.value = true;
    const taken = await app.replace(order_id, change);
    busy.value = false;
    if (taken) onClose();
  }

  const problem = problems.value.quantity ?? problems.value.limit_price ?? '';
  const said = ended ? 'This order is not working any more.' : (locked ?? problem);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="replace-title">
      <form onSubmit={submit} noValidate>
        <h2 id="replace-title">Change order {order_id}</h2>
        <p class="soft">{orderName(order)}</p>
        <div class="pair">
          <label>
            Quantity
            <input
              class="number"
              inputMode="decimal"
              value={quantity.value}
              aria-invalid={problems.value.quantity !== undefined}
              onInput={(event) => (quantity.value = event.currentTarget.value)}
            />
          </label>
          <label>
            Limit price
            <input
              class="number"
              inputMode="decimal"
              value={price.value}
              aria-invalid={problems.value.limit_price !== undefined}
              onInput={(event) => (price.value = event.currentTarget.value)}
            />
          </label>
        </div>
        <p class="problem" role="status">
          {said === '' ? '' : `✕ ${said}`}
        </p>
        <div class="pair">
          <button
            type="submit"
            class="primary"
            aria-disabled={busy.value || ended || locked !== null}
          >
            {busy.value ? 'Sending…' : 'Change the order'}
          </button>
          <button type="button" onClick={onClose}>
            Keep it
          </button>
        </div>
      </form>
    </dialog>
  );
}
