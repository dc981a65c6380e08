import { signal } from '@preact/signals';

export type Theme = 'dark' | 'light';
const key = 'trading-platform.theme';

function initial(): Theme {
  const kept = localStorage.getItem(key);
  if (kept === 'dark' || kept === 'light') return kept;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export const theme = signal<Theme>(initial());
theme.subscribe((value) => (document.documentElement.dataset['theme'] = value));

export function switchTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(key, theme.value);
}
