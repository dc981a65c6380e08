// The order ticket without its looks: what was typed, what is wrong with it, what the platform says
// would happen, and the one order that a confirmation sends. The client order id is made once per
// confirmed order: pressing twice, or again after a lost answer, sends the same id, and the
// platform answers with the same order.

import { ApiError, NoAnswer } from './api.ts';
import type {
  Instrument,
  Order,
  OrderRequest,
  OrderType,
  Preview,
  Side,
  TimeInForce,
} from './api.ts';
import { isDecimal, isMultipleOf, sign, trim } from './decimal.ts';

export interface Draft {
  side: Side;
  order_type: OrderType;
  time_in_force: TimeInForce;
  quantity: string;
  limit_price: string;
}

export type Field = 'quantity' | 'limit_price';
export type Problems = Partial<Record<Field, string>>;

export const empty_draft: Draft = {
  side: 'buy',
  order_type: 'limit',
  time_in_force: 'day',
  quantity: '',
  limit_price: '',
};

function problemOf(text: string, what: string, step: string, step_name: string): string | null {
  if (text.trim() === '') return `Enter a ${what}.`;
  if (!isDecimal(text.trim())) return `The ${what} must be a number such as 10 or 12.5.`;
  if (sign(text.trim()) <= 0) return `The ${what} must be above zero.`;
  if (!isMultipleOf(text.trim(), step)) {
    return `The ${what} must be a multiple of the ${step_name}, ${trim(step)}.`;
  }
  return null;
}

export function problemsOf(draft: Draft, instrument: Instrument): Problems {
  const problems: Problems = {};
  const quantity = problemOf(draft.quantity, 'quantity', instrument.lot_size, 'lot size');
  if (quantity) problems.quantity = quantity;
  if (draft.order_type === 'limit') {
    const price = problemOf(draft.limit_price, 'limit price', instrument.tick_size, 'tick size');
    if (price) problems.limit_price = price;
  }
  return problems;
}

export function requestOf(
  draft: Draft,
  symbol: string,
  account_id: string,
  client_order_id: string,
): OrderRequest {
  const request: OrderRequest = {
    client_order_id,
    symbol,
    side: draft.side,
    order_type: draft.order_type,
    time_in_force: draft.time_in_force,
    quantity: draft.quantity.trim(),
  };
  if (account_id !== '') request.account_id = account_id;
  if (draft.order_type === 'limit') request.limit_price = draft.limit_price.trim();
  return request;
}

export function newClientOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export type Stage =
  | { name: 'editing'; error?: string }
  | { name: 'previewing'; request: OrderRequest }
  | { name: 'previewed'; request: OrderRequest; preview: Preview }
  | { name: 'sending'; request: OrderRequest; preview: Preview }
  // The answer was lost: the order may or may not stand. Sending again is safe.
  | { name: 'unknown'; request: OrderRequest; preview: Preview }
  | { name: 'done'; order: Order };

export interface TicketDoor {
  preview(order: OrderRequest): Promise<Preview>;
  place(order: OrderRequest): Promise<Order>;
}

export class Ticket {
  readonly #door: TicketDoor;
  readonly #changed: (stage: Stage) => void;
  readonly #newId: () => string;
  #stage: Stage = { name: 'editing' };

  constructor(door: TicketDoor, changed: (stage: Stage) => void, newId = newClientOrderId) {
    this.#door = door;
    this.#changed = changed;
    this.#newId = newId;
  }

  get stage(): Stage {
    return this.#stage;
  }

  // Any edit makes the preview void. An order on its way cannot be edited, and one whose answer was
  // lost must be settled or given up first.
  edit(): boolean {
    if (this.#stage.name === 'sending' || this.#stage.name === 'unknown') return false;
    if (this.#stage.name !== 'editing' || this.#stage.error) this.#enter({ name: 'editing' });
    return true;
  }

  giveUp(): void {
    this.#enter({ name: 'editing' });
  }

  async preview(draft: Draft, symbol: string, account_id: string): Promise<void> {
    if (!this.edit()) return;
    const request = requestOf(draft, symbol, account_id, this.#newId());
    const stage: Stage = { name: 'previewing', request };
    this.#enter(stage);
    try {
      const preview = await this.#door.preview(request);
      if (this.#stage === stage) this.#enter({ name: 'previewed', request, preview });
    } catch (error) {
      if (this.#stage === stage) this.#enter({ name: 'editing', error: messageOf(error) });
    }
  }

  // Sends what was previewed, once. A second call while the first is on its way does nothing.
  async confirm(): Promise<void> {
    const before = this.#stage;
    if (before.name !== 'previewed' && before.name !== 'unknown') return;
    const { request, preview } = before;
    this.#enter({ name: 'sending', request, preview });
    try {
      this.#enter({ name: 'done', order: await this.#door.place(request) });
    } catch (error) {
      const lost = error instanceof NoAnswer || (error instanceof ApiError && error.status >= 500);
      if (lost) this.#enter({ name: 'unknown', request, preview });
      else this.#enter({ name: 'editing', error: messageOf(error) });
    }
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.#changed(stage);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.';
}
