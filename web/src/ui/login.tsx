import { useSignal } from '@preact/signals';

import type { App } from '../app.ts';
import { messageOf } from '../ticket.ts';

export function Login({ app }: { app: App }) {
  const busy = useSignal(false);
  const problem = useSignal('');

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy.value) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    problem.value = '';
    try {
      await app.login(String(form.get('username')), String(form.get('password')));
    } catch (error) {
      problem.value = messageOf(error);
    }
    busy.value = false;
  }

  const said = problem.value || app.starting_problem.value;
  return (
    <main class="login">
      <form class="panel" onSubmit={submit}>
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <h1>Trading platform</h1>
        <label>
          User name
          <input name="username" autocomplete="username" autocapitalize="none" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p class="problem" role="alert">
          {said === '' ? '' : `✕ ${said}`}
        </p>
        <button class="primary" type="submit" aria-disabled={busy.value}>
          {busy.value ? 'Signing in…' : 'Sign in'}
        </button>
        <p class="hint">
          The first start of the platform creates the user <b>admin</b> and prints its password.
        </p>
      </form>
    </main>
  );
}
