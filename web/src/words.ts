// Wire values as words for people, the same everywhere on the page.

import type { Order, OrderStatus, TimeInForce } from './api.ts';
import { grouped, trim, withPlaces } from './decimal.ts';

const statuses: Record<OrderStatus, string> = {
  new: 'Working',
  partially_filled: 'Part filled',
  filled: 'Filled',
  canceled: 'Canceled',
  expired: 'Expired',
  rejected: 'Refused',
};

export const lifetimes: Record<TimeInForce, string> = {
  day: 'Day',
  gtc: 'Good till cancel',
  ioc: 'Immediate or cancel',
  fok: 'Fill or kill',
};

export function statusText(status: OrderStatus): string {
  return statuses[status] ?? status;
}

// "insufficient_funds" is "insufficient funds".
export function reasonText(reason: string | undefined): string {
  return (reason ?? '').replaceAll('_', ' ');
}

// Seconds of a UTC time stamp: "2026-11-22T21:49:25.123456789Z" is "21:49:25".
export function clock(time: string | undefined): string {
  return time?.slice(11, 19) ?? '';
}

export function amount(text: string | undefined): string {
  return text === undefined ? '–' : grouped(trim(text));
}

// A price with the places of its instrument's tick, so that columns do not jump.
export function priceText(text: string | undefined, places: number): string {
  return text === undefined ? '–' : grouped(withPlaces(text, places));
}

export function orderName(order: Order): string {
  const price = order.limit_price ? ` at ${amount(order.limit_price)}` : ' at market';
  return `${order.side} ${amount(order.quantity)} ${order.symbol}${price}`;
}

// What became of an order, as one sentence for the status line.
export function orderSentence(order: Order): { text: string; kind: 'good' | 'bad' | 'plain' } {
  const name = `Order ${order.order_id} (${orderName(order)})`;
  const average = order.average_price ? ` at ${amount(order.average_price)}` : '';
  switch (order.status) {
    case 'new':
      return { text: `${name} is working.`, kind: 'good' };
    case 'partially_filled':
      return { text: `${name}: ${amount(order.filled_quantity)} filled${average}.`, kind: 'good' };
    case 'filled':
      return { text: `${name} is filled${average}.`, kind: 'good' };
    case 'canceled':
      return { text: `${name} is canceled.`, kind: 'plain' };
    case 'expired':
      return { text: `${name} has expired.`, kind: 'plain' };
    case 'rejected':
      return { text: `${name} was refused: ${reasonText(order.reason)}.`, kind: 'bad' };
  }
}
