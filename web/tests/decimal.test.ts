import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as decimal from '../src/decimal.ts';

test('only plain decimal numbers are decimals', () => {
  for (const good of ['0', '12', '-3.5', '0.00000001', '123456789012345678901234.5']) {
    assert.ok(decimal.isDecimal(good), good);
  }
  for (const bad of [
    '',
    ' ',
    '.5',
    '5.',
    '1e3',
    'NaN',
    'Infinity',
    '0x10',
    '1,000',
    '--1',
    '+1',
    '1 2',
  ]) {
    assert.ok(!decimal.isDecimal(bad), bad);
  }
});

test('sums are exact where floating-point numbers are not', () => {
  assert.equal(decimal.add('0.1', '0.2'), '0.3');
  assert.equal(decimal.subtract('0.3', '0.1'), '0.2');
  assert.equal(decimal.subtract('1', '1.00000001'), '-0.00000001');
  assert.equal(decimal.add('9007199254740993', '0.01'), '9007199254740993.01');
});

test('sums agree with whole-number arithmetic for many values', () => {
  const text = (cents: number) => (cents / 100).toFixed(2);
  for (let i = 0; i < 2000; i++) {
    const a = Math.floor(Math.random() * 2e6) - 1e6;
    const b = Math.floor(Math.random() * 2e6) - 1e6;
    assert.equal(decimal.compare(decimal.add(text(a), text(b)), text(a + b)), 0, `${a} ${b}`);
    assert.equal(decimal.compare(text(a), text(b)), Math.sign(a - b));
  }
});

test('a price fits the tick or it does not', () => {
  assert.ok(decimal.isMultipleOf('12.35', '0.05'));
  assert.ok(!decimal.isMultipleOf('12.36', '0.05'));
  assert.ok(decimal.isMultipleOf('3', '0.001'));
  assert.ok(!decimal.isMultipleOf('3', '0'));
});

test('text for people keeps the value', () => {
  assert.equal(decimal.trim('1.500'), '1.5');
  assert.equal(decimal.trim('200'), '200');
  assert.equal(decimal.withPlaces('1.5', 2), '1.50');
  assert.equal(decimal.withPlaces('1.23456', 2), '1.23456');
  assert.equal(decimal.withPlaces('7', 0), '7');
  assert.equal(decimal.rounded('1.005', 2), '1.01');
  assert.equal(decimal.rounded('-1.005', 2), '-1.01');
  assert.equal(decimal.rounded('2.004', 2), '2.00');
  assert.equal(decimal.grouped('-1234567.8901'), '-1,234,567.8901');
  assert.equal(decimal.grouped('999'), '999');
  assert.equal(decimal.placesOf('0.0500'), 2);
});
