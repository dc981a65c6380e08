import type { App } from '../app.ts';
import { Account } from './account.tsx';
import { Blotter } from './blotter.tsx';
import { ChartPanel } from './chart_panel.tsx';
import { Header } from './header.tsx';
import { Ladder } from './ladder.tsx';
import { Login } from './login.tsx';
import { Tape } from './tape.tsx';
import { TicketPanel } from './ticket_panel.tsx';
import { Watchlist } from './watchlist.tsx';

export function Page({ app }: { app: App }) {
  if (!app.signed_in.value) return <Login app={app} />;
  return (
    <div class="page">
      <a class="skip" href="#ticket">
        Skip to the order ticket
      </a>
      <Header app={app} />
      <main class="desk">
        <Watchlist app={app} />
        <Account app={app} />
        <ChartPanel app={app} />
        <Ladder app={app} />
        <Tape app={app} />
        <TicketPanel app={app} />
        <Blotter app={app} />
      </main>
      <footer class="foot">
        <NoticeLine app={app} />
        <a href="/notices.html">Open-source notices</a>
      </footer>
    </div>
  );
}

function NoticeLine({ app }: { app: App }) {
  const { text, kind } = app.notice.value;
  const mark = kind === 'good' ? '✓ ' : kind === 'bad' ? '✕ ' : '';
  return (
    <p class={`notice ${kind}`} role="status" data-testid="notice">
      {text === '' ? '' : mark + text}
    </p>
  );
}
