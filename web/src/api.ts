// The platform's REST interface, typed. Prices, quantities and ids are decimal strings, times are
// RFC 3339 with nanoseconds. One place knows the paths, the token and the shape of an error.

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'limit';
export type TimeInForce = 'day' | 'gtc' | 'ioc' | 'fok';
export type OrderStatus =
  'new' | 'partially_filled' | 'filled' | 'canceled' | 'expired' | 'rejected';

export interface Instrument {
  symbol: string;
  name: string;
  asset_class: string;
  state: string;
  quote_currency: string;
  tick_size: string;
  lot_size: string;
}

export interface Quote {
  symbol: string;
  bid_price?: string;
  bid_quantity?: string;
  ask_price?: string;
  ask_quantity?: string;
  last_price?: string;
  time?: string;
}

export interface Bar {
  start: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
}

export interface Trade {
  trade_id: string;
  price: string;
  quantity: string;
  side?: Side; // of the order that came to the book
  time: string;
}

export interface DepthLevel {
  price: string;
  quantity: string;
  order_count: number;
}

export interface Account {
  account_id: string;
  name: string;
}

export interface Balance {
  currency: string;
  balance: string;
  held: string;
  available: string;
}

export interface Position {
  symbol: string;
  quantity: string;
  held: string;
  average_cost: string;
  market_price?: string;
  unrealised_profit?: string;
  realised_profit: string;
}

export interface OrderRequest {
  account_id?: string;
  client_order_id: string;
  symbol: string;
  side: Side;
  order_type: OrderType;
  time_in_force: TimeInForce;
  quantity: string;
  limit_price?: string;
}

export interface Order {
  order_id: string;
  account_id: string;
  client_order_id: string;
  symbol: string;
  side: Side;
  order_type: OrderType;
  time_in_force: TimeInForce;
  quantity: string;
  limit_price?: string;
  status: OrderStatus;
  filled_quantity: string;
  average_price?: string;
  reason?: string;
  created_at: string;
  updated_at: string;
  sequence: string | number;
}

export interface Preview {
  accepted: boolean;
  reason?: string;
  message?: string;
  fill_quantity: string;
  fill_average_price?: string;
  rest_quantity: string;
  cash_required: string;
  cash_available: string;
  position_available: string;
  reference_price?: string;
}

export interface Execution {
  trade_id: string;
  order_id: string;
  symbol: string;
  side: Side;
  price: string;
  quantity: string;
  liquidity?: string;
  time: string;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly request_id: string;

  constructor(status: number, reason: string, message: string, request_id = '') {
    super(message);
    this.status = status;
    this.reason = reason;
    this.request_id = request_id;
  }
}

// Nobody knows whether the request arrived: the answer was lost, not refused.
export class NoAnswer extends Error {}

export interface TokenStore {
  load(): Tokens | null;
  save(tokens: Tokens | null): void;
}

type Json = Record<string, unknown>;
const request_timeout_ms = 10_000;

export class Api {
  readonly #fetch: typeof fetch;
  readonly #store: TokenStore;
  #refreshing: Promise<boolean> | null = null;
  // Called when the session has ended and cannot be renewed.
  onSignedOut: () => void = () => {};

  constructor(store: TokenStore, fetcher: typeof fetch = fetch.bind(globalThis)) {
    this.#store = store;
    this.#fetch = fetcher;
  }

  token(): string | null {
    return this.#store.load()?.access_token ?? null;
  }

  async login(username: string, password: string): Promise<void> {
    this.#store.save(await this.#send<Tokens>('POST', '/auth/login', { username, password }));
  }

  // Forgets the tokens here even when the platform cannot be told.
  async logout(): Promise<void> {
    const tokens = this.#store.load();
    if (tokens) {
      const body = { refresh_token: tokens.refresh_token };
      await this.#send('POST', '/auth/logout', body, tokens.access_token).catch(() => undefined);
    }
    this.#store.save(null);
  }

  // A new access token for the old one; false when a new login is needed. Calls at the same time
  // share one request, because a refresh token may be used only once.
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async instruments(): Promise<Instrument[]> {
    return (await this.#call<{ instruments: Instrument[] }>('GET', '/instruments')).instruments;
  }

  quote(symbol: string): Promise<Quote> {
    return this.#call('GET', `/market-data/${encodeURIComponent(symbol)}`);
  }

  depth(symbol: string): Promise<{ bids: DepthLevel[]; asks: DepthLevel[] }> {
    return this.#call('GET', `/market-data/${encodeURIComponent(symbol)}/depth?levels=20`);
  }

  async trades(symbol: string, limit: number): Promise<Trade[]> {
    const path = `/market-data/${encodeURIComponent(symbol)}/trades?limit=${limit}`;
    return (await this.#call<{ trades: Trade[] }>('GET', path)).trades;
  }

  async bars(symbol: string, limit: number): Promise<Bar[]> {
    const path = `/historical/${encodeURIComponent(symbol)}?interval=1m&limit=${limit}`;
    return (await this.#call<{ bars: Bar[] }>('GET', path)).bars;
  }

  async accounts(): Promise<Account[]> {
    return (await this.#call<{ accounts: Account[] }>('GET', '/accounts')).accounts;
  }

  async balances(account_id: string): Promise<Balance[]> {
    const path = `/accounts/${encodeURIComponent(account_id)}`;
    return (await this.#call<{ balances: Balance[] }>('GET', path)).balances;
  }

  async positions(account_id: string): Promise<Position[]> {
    const path = `/portfolio/${encodeURIComponent(account_id)}/positions`;
    return (await this.#call<{ positions: Position[] }>('GET', path)).positions;
  }

  async orders(account_id: string, status: 'open' | '', limit: number): Promise<Order[]> {
    const filter = status === '' ? '' : `status=${status}&`;
    const account = `account_id=${encodeURIComponent(account_id)}`;
    const path = `/orders?${filter}${account}&limit=${limit}`;
    return (await this.#call<{ orders: Order[] }>('GET', path)).orders;
  }

  async executions(account_id: string, limit: number): Promise<Execution[]> {
    const path = `/executions?account_id=${encodeURIComponent(account_id)}&limit=${limit}`;
    return (await this.#call<{ executions: Execution[] }>('GET', path)).executions;
  }

  preview(order: OrderRequest): Promise<Preview> {
    return this.#call('POST', '/orders/preview', order);
  }

  place(order: OrderRequest): Promise<Order> {
    return this.#call('POST', '/orders', order);
  }

  replace(id: string, change: { quantity?: string; limit_price?: string }): Promise<Order> {
    return this.#call('PATCH', `/orders/${encodeURIComponent(id)}`, change);
  }

  cancel(order_id: string): Promise<Order> {
    return this.#call('DELETE', `/orders/${encodeURIComponent(order_id)}`);
  }

  async #refresh(): Promise<boolean> {
    const tokens = this.#store.load();
    if (!tokens) return false;
    try {
      const body = { refresh_token: tokens.refresh_token };
      this.#store.save(await this.#send<Tokens>('POST', '/auth/refresh', body));
      return true;
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      this.#store.save(null);
      this.onSignedOut();
      return false;
    }
  }

  // One request with the token; an expired token is renewed once and the request sent again.
  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    try {
      return await this.#send<T>(method, path, body, this.token() ?? '');
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (!(await this.refresh())) throw error;
      return this.#send<T>(method, path, body, this.token() ?? '');
    }
  }

  async #send<T>(method: string, path: string, body?: object, token?: string): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (body) headers['Content-Type'] = 'application/json';
    if (token) headers['Authorization'] = `Bearer ${token}`;
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(path, {
        method,
        headers,
        body: body ? JSON.stringify(body) : undefined,
        cache: 'no-store',
        signal: AbortSignal.timeout(request_timeout_ms),
      });
      text = await response.text();
    } catch {
      throw new NoAnswer('The platform did not answer.');
    }
    const json = parseJson(text);
    if (response.ok && json) return json as T;
    throw errorOf(response.status, json);
  }
}

function parseJson(text: string): Json | null {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function errorOf(status: number, json: Json | null): ApiError {
  const error = (json?.['error'] ?? {}) as Json;
  const message = error['message'];
  return new ApiError(
    status,
    typeof error['reason'] === 'string' ? error['reason'] : '',
    typeof message === 'string' ? message : `The platform answered with status ${status}.`,
    typeof error['request_id'] === 'string' ? error['request_id'] : '',
  );
}
