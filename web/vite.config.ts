import { defineConfig } from 'vite';

// No plugin: the compiler inside Vite turns the JSX into Preact calls.
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // Inlined data: addresses would need a looser Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', 'notices.html'] },
  },
});
