// Contrast of every pair of colours the page uses, in both themes (WCAG 2.2: text 4.5, edges and
// marks 3). Tools in the browser cannot judge text over the bars of the ladder; this can.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const sheet = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');

const text_pairs: [string, string[]][] = [
  ['text', ['page', 'panel', 'raised', 'up-wash', 'down-wash']],
  ['text-soft', ['page', 'panel', 'raised']],
  ['up', ['page', 'panel', 'raised', 'up-wash']],
  ['down', ['page', 'panel', 'raised', 'down-wash']],
  ['warn', ['page', 'panel']],
  ['accent', ['page', 'panel', 'raised']],
  ['on-accent', ['accent']],
  ['panel', ['up', 'down']],
];
const mark_pairs: [string, string[]][] = [['edge', ['page', 'panel', 'raised']]];

function colours(theme: string): Map<string, string> {
  const block = sheet.split(`[data-theme='${theme}'] {`)[1]?.split('}')[0] ?? '';
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
}

function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test('the measure itself is right at its ends', () => {
  assert.equal(Math.round(contrast('#000000', '#ffffff')), 21);
  assert.equal(contrast('#777777', '#777777'), 1);
});

for (const theme of ['dark', 'light']) {
  for (const [pairs, least] of [
    [text_pairs, 4.5],
    [mark_pairs, 3],
  ] as const) {
    for (const [front, backs] of pairs) {
      for (const back of backs) {
        test(`${theme}: ${front} on ${back} has at least ${least}`, () => {
          const palette = colours(theme);
          const value = contrast(palette.get(front)!, palette.get(back)!);
          assert.ok(value >= least, value.toFixed(2));
        });
      }
    }
  }
}
