import { useSignal } from '@preact/signals';

import type { App } from '../app.ts';
import type { OrderRequest, OrderType, Preview, Side, TimeInForce } from '../api.ts';
import { grouped, isDecimal, rounded, sign } from '../decimal.ts';
import { problemsOf } from '../ticket.ts';
import type { Field, Problems, Stage } from '../ticket.ts';
import { amount, lifetimes, orderSentence, priceText, reasonText } from '../words.ts';

// What a market order may ask for: it never rests in the book.
const lifetimes_of: Record<OrderType, TimeInForce[]> = {
  limit: ['day', 'gtc', 'ioc', 'fok'],
  market: ['ioc', 'fok'],
};

export function TicketPanel({ app }: { app: App }) {
  const problems = useSignal<Problems>({});
  const stage = app.stage.value;
  const locked = app.lock.value;
  const fixed = stage.name === 'sending' || stage.name === 'unknown';

  function preview(event: SubmitEvent) {
    event.preventDefault();
    const instrument = app.instrument.value;
    if (!instrument || locked !== null || fixed || stage.name === 'previewing') return;
    problems.value = problemsOf(app.draft.value, instrument);
    const first = Object.keys(problems.value)[0];
    if (first) {
      document.getElementById(`ticket-${first}`)?.focus();
      return;
    }
    void app.ticket.preview(app.draft.value, instrument.symbol, app.account_id.value);
  }

  return (
    <section class="panel ticket" id="ticket" tabIndex={-1} aria-labelledby="ticket-title">
      <h2 id="ticket-title">Order · {app.symbol.value}</h2>
      <form onSubmit={preview} noValidate>
        <Sides app={app} fixed={fixed} />
        <Kinds app={app} fixed={fixed} />
        <Amounts
          app={app}
          problems={problems.value}
          fixed={fixed}
          onEdit={(field) => (problems.value = { ...problems.value, [field]: undefined })}
        />
        <p class="lock" role="status" data-testid="lock">
          {locked !== null && <LockMark />}
          {locked}
        </p>
        <button
          type="submit"
          aria-disabled={locked !== null || fixed || stage.name === 'previewing'}
        >
          {stage.name === 'previewing' ? 'Asking…' : 'Preview'}
        </button>
      </form>
      <Outcome app={app} stage={stage} locked={locked !== null} />
    </section>
  );
}

// Drawn, because not every font has a lock.
function LockMark() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke="currentColor" stroke-width="2" />
      <rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor" />
    </svg>
  );
}

function Sides({ app, fixed }: { app: App; fixed: boolean }) {
  const option = (side: Side, text: string) => (
    <label class={`choice ${side}`}>
      <input
        type="radio"
        name="side"
        checked={app.draft.value.side === side}
        disabled={fixed}
        onChange={() => app.edit({ side })}
      />
      <span>{text}</span>
    </label>
  );
  return (
    <fieldset class="sides">
      <legend class="unseen">Side</legend>
      {option('buy', '▲ Buy')}
      {option('sell', '▼ Sell')}
    </fieldset>
  );
}

function Kinds({ app, fixed }: { app: App; fixed: boolean }) {
  const { order_type, time_in_force } = app.draft.value;
  function chooseType(type: OrderType) {
    // What suits one type surprises with the other: begin from that type's usual choice.
    app.edit({ order_type: type, time_in_force: lifetimes_of[type][0]! });
  }
  return (
    <div class="pair kinds">
      <label>
        Type
        <select
          name="order_type"
          value={order_type}
          disabled={fixed}
          onChange={(event) => chooseType(event.currentTarget.value as OrderType)}
        >
          <option value="limit">Limit</option>
          <option value="market">Market</option>
        </select>
      </label>
      <label>
        Time in force
        <select
          name="time_in_force"
          value={time_in_force}
          disabled={fixed}
          onChange={(event) =>
            app.edit({ time_in_force: event.currentTarget.value as TimeInForce })
          }
        >
          {lifetimes_of[order_type].map((value) => (
            <option key={value} value={value}>
              {lifetimes[value]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

interface AmountsProps {
  app: App;
  problems: Problems;
  fixed: boolean;
  onEdit: (field: Field) => void;
}

function Amounts({ app, problems, fixed, onEdit }: AmountsProps) {
  const instrument = app.instrument.value;
  const is_limit = app.draft.value.order_type === 'limit';
  const input = (field: Field, label: string, hint: string, off: boolean) => (
    <label>
      {label}
      <input
        id={`ticket-${field}`}
        name={field}
        class="number"
        inputMode="decimal"
        autocomplete="off"
        placeholder={off ? 'at market' : ''}
        value={off ? '' : app.draft.value[field]}
        disabled={off || fixed}
        aria-invalid={problems[field] !== undefined}
        aria-describedby={`ticket-${field}-said`}
        onInput={(event) => {
          onEdit(field);
          app.edit({ [field]: event.currentTarget.value });
        }}
      />
      <span id={`ticket-${field}-said`} class={problems[field] ? 'problem' : 'hint'}>
        {problems[field] ? `✕ ${problems[field]}` : hint}
      </span>
    </label>
  );
  return (
    <div class="pair">
      {input('quantity', 'Quantity', `Lot ${amount(instrument?.lot_size)}`, false)}
      {input('limit_price', 'Limit price', `Tick ${amount(instrument?.tick_size)}`, !is_limit)}
    </div>
  );
}

function Outcome({ app, stage, locked }: { app: App; stage: Stage; locked: boolean }) {
  return (
    <div class="outcome" role="status" data-testid="outcome">
      {stage.name === 'editing' && stage.error && <p class="problem">✕ {stage.error}</p>}
      {(stage.name === 'previewed' || stage.name === 'sending' || stage.name === 'unknown') && (
        <PreviewBox app={app} stage={stage} locked={locked} />
      )}
      {stage.name === 'done' && <Done stage={stage} />}
    </div>
  );
}

function Done({ stage }: { stage: Extract<Stage, { name: 'done' }> }) {
  const { text, kind } = orderSentence(stage.order);
  return (
    <p class={kind === 'bad' ? 'problem' : 'good'}>{`${kind === 'bad' ? '✕' : '✓'} ${text}`}</p>
  );
}

interface BoxProps {
  app: App;
  stage: Extract<Stage, { preview: Preview }>;
  locked: boolean;
}

function PreviewBox({ app, stage, locked }: BoxProps) {
  const { request, preview, name } = stage;
  const currency = app.instrument.value?.quote_currency ?? '';
  if (!preview.accepted) {
    return (
      <p class="problem" data-testid="refusal">
        ✕ This order would be refused: {preview.message ?? reasonText(preview.reason)}
      </p>
    );
  }
  return (
    <div class="preview">
      <h3>If sent now</h3>
      <PreviewFigures
        request={request}
        preview={preview}
        currency={currency}
        places={app.places()}
      />
      {name === 'unknown' && (
        <p class="problem">
          ✕ The answer was lost. Sending again is safe: the platform takes this order only once.
        </p>
      )}
      <div class="pair">
        <button
          type="button"
          class={`confirm ${request.side}`}
          aria-disabled={locked || name === 'sending'}
          onClick={() => !locked && void app.ticket.confirm()}
        >
          {name === 'sending'
            ? 'Sending…'
            : name === 'unknown'
              ? 'Send again'
              : confirmText(request)}
        </button>
        <button type="button" aria-disabled={name === 'sending'} onClick={() => giveUp(app, name)}>
          {name === 'unknown' ? 'Give up' : 'Change'}
        </button>
      </div>
    </div>
  );
}

function giveUp(app: App, stage: string): void {
  if (stage === 'sending') return;
  app.ticket.giveUp();
  document.getElementById('ticket-quantity')?.focus();
}

function confirmText(request: OrderRequest): string {
  const price = request.limit_price ? `at ${amount(request.limit_price)}` : 'at market';
  return `${request.side === 'buy' ? 'Buy' : 'Sell'} ${amount(request.quantity)} ${price}`;
}

interface FiguresProps {
  request: OrderRequest;
  preview: Preview;
  currency: string;
  places: number;
}

function PreviewFigures({ request, preview, currency, places }: FiguresProps) {
  const fills = sign(preview.fill_quantity) > 0;
  const money = (text: string) => (isDecimal(text) ? grouped(rounded(text, 2)) : text);
  const rest = request.time_in_force === 'ioc' ? 'Canceled rest' : 'Rests in the book';
  return (
    <dl>
      <dt>Fills at once</dt>
      <dd class="number">
        {amount(preview.fill_quantity)}
        {fills && preview.fill_average_price
          ? ` at ${priceText(preview.fill_average_price, places)}`
          : ''}
      </dd>
      <dt>{rest}</dt>
      <dd class="number">{amount(preview.rest_quantity)}</dd>
      {request.side === 'buy' ? (
        <>
          <dt>Cost at most</dt>
          <dd class="number">
            {money(preview.cash_required)} {currency}
          </dd>
          <dt>Cash available</dt>
          <dd class="number">
            {money(preview.cash_available)} {currency}
          </dd>
        </>
      ) : (
        <>
          <dt>Position available</dt>
          <dd class="number">{amount(preview.position_available)}</dd>
        </>
      )}
    </dl>
  );
}
