import type { Tokens, TokenStore } from './api.ts';

// Tokens live as long as the tab: a reload stays signed in, a closed tab is signed out.
const key = 'trading-platform.tokens';

export const tab_tokens: TokenStore = {
  load() {
    const text = sessionStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Tokens);
  },
  save(tokens) {
    if (tokens === null) {
      sessionStorage.removeItem(key);
      return;
    }
    const { access_token, refresh_token } = tokens;
    sessionStorage.setItem(key, JSON.stringify({ access_token, refresh_token }));
  },
};
