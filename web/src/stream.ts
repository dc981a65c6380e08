// A WebSocket that comes back: it authenticates, hands on messages, notices a line that died
// without saying so, and reconnects after 250 ms, doubling to 15 s, with jitter so that a thousand
// pages do not return in the same instant. What to subscribe to is the owner's business.

export interface SocketLike {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: { data: any }) => void) | null;
  onclose: ((event: any) => void) | null;
  send(text: string): void;
  close(): void;
}

export type StreamState = 'connecting' | 'ready' | 'offline';
export type Message = { type: string } & Record<string, unknown>;

export interface StreamOwner {
  token(): string | null;
  // Authenticated: subscribe now.
  onReady(send: (message: object) => void): void;
  onMessage(message: Message): void;
  onState(state: StreamState): void;
  // The token was refused. Resolves when another attempt makes sense, false to stop for good.
  onRefused(): Promise<boolean>;
}

export interface StreamTools {
  open(url: string): SocketLike;
  random(): number;
  setTimer(action: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

export const first_retry_ms = 250;
export const last_retry_ms = 15_000;
// The platform sends a heartbeat every second; this much silence means the line is dead.
export const silence_ms = 6_000;

// Between half and the whole of the step, so that waiting never collapses to nothing.
export function retryDelay(attempt: number, random: number): number {
  const step = Math.min(first_retry_ms * 2 ** attempt, last_retry_ms);
  return Math.round(step * (0.5 + random / 2));
}

const browser_tools: StreamTools = {
  open: (url) => new WebSocket(url) as SocketLike,
  random: Math.random,
  setTimer: (action, ms) => setTimeout(action, ms),
  clearTimer: (timer) => clearTimeout(timer as number),
};

export class Stream {
  readonly #url: string;
  readonly #owner: StreamOwner;
  readonly #tools: StreamTools;
  #socket: SocketLike | null = null;
  #ready = false;
  #stopped = true;
  #attempt = 0;
  #retry: unknown = null;
  #watchdog: unknown = null;

  constructor(url: string, owner: StreamOwner, tools: StreamTools = browser_tools) {
    this.#url = url;
    this.#owner = owner;
    this.#tools = tools;
  }

  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#tools.clearTimer(this.#retry);
    this.#drop();
  }

  // The network is said to be back: do not wait for the rest of the delay.
  retryNow(): void {
    if (this.#stopped || this.#socket) return;
    this.#tools.clearTimer(this.#retry);
    this.#attempt = 0;
    this.#connect();
  }

  // False when the stream is not ready; the owner subscribes again in onReady anyway.
  send(message: object): boolean {
    if (!this.#ready || !this.#socket) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #connect(): void {
    this.#owner.onState('connecting');
    const socket = this.#tools.open(this.#url);
    this.#socket = socket;
    this.#watch();
    socket.onopen = () => {
      const token = this.#owner.token() ?? '';
      socket.send(JSON.stringify({ action: 'authenticate', token }));
    };
    socket.onmessage = (event) => this.#receive(String(event.data));
    socket.onclose = () => this.#lost();
  }

  #receive(text: string): void {
    this.#watch();
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      return;
    }
    if (this.#ready) {
      this.#owner.onMessage(message);
    } else if (message.type === 'authenticated') {
      this.#ready = true;
      this.#attempt = 0;
      this.#owner.onState('ready');
      this.#owner.onReady((out) => this.send(out));
    } else if (message.type === 'error') {
      void this.#refused();
    }
  }

  async #refused(): Promise<void> {
    this.#drop();
    this.#owner.onState('offline');
    const again = await this.#owner.onRefused().catch(() => true);
    if (again && !this.#stopped) this.#later();
  }

  #lost(): void {
    this.#drop();
    this.#owner.onState('offline');
    if (!this.#stopped) this.#later();
  }

  #later(): void {
    this.#tools.clearTimer(this.#retry);
    const delay = retryDelay(this.#attempt, this.#tools.random());
    this.#attempt += 1;
    this.#retry = this.#tools.setTimer(() => this.#connect(), delay);
  }

  #watch(): void {
    this.#tools.clearTimer(this.#watchdog);
    this.#watchdog = this.#tools.setTimer(() => this.#lost(), silence_ms);
  }

  #drop(): void {
    this.#tools.clearTimer(this.#watchdog);
    this.#ready = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}
