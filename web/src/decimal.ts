// Exact decimal numbers as text, the way the platform sends them. Nothing here goes through a
// floating-point number; charts are the only place that may.

const shape = /^-?\d{1,30}(\.\d{1,18})?$/;

interface Scaled {
  digits: bigint;
  scale: number;
}

export function isDecimal(text: string): boolean {
  return shape.test(text);
}

function parse(text: string): Scaled {
  if (!isDecimal(text)) throw new RangeError(`not a decimal number: ${text}`);
  const point = text.indexOf('.');
  if (point < 0) return { digits: BigInt(text), scale: 0 };
  return { digits: BigInt(text.replace('.', '')), scale: text.length - point - 1 };
}

function align(a: string, b: string): [bigint, bigint, number] {
  const x = parse(a);
  const y = parse(b);
  const scale = Math.max(x.scale, y.scale);
  const lift = (value: Scaled) => value.digits * 10n ** BigInt(scale - value.scale);
  return [lift(x), lift(y), scale];
}

function toText(digits: bigint, scale: number): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  if (scale === 0) return sign + text;
  return `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

export function compare(a: string, b: string): number {
  const [x, y] = align(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

export function sign(a: string): number {
  return compare(a, '0');
}

export function add(a: string, b: string): string {
  const [x, y, scale] = align(a, b);
  return toText(x + y, scale);
}

export function subtract(a: string, b: string): string {
  const [x, y, scale] = align(a, b);
  return toText(x - y, scale);
}

export function multiply(a: string, b: string): string {
  const x = parse(a);
  const y = parse(b);
  return toText(x.digits * y.digits, x.scale + y.scale);
}

export function isMultipleOf(value: string, step: string): boolean {
  const [x, y] = align(value, step);
  return y !== 0n && x % y === 0n;
}

export function placesOf(step: string): number {
  return parse(trim(step)).scale;
}

// Without zeros that say nothing: "1.500" is "1.5", "2.000" is "2".
export function trim(text: string): string {
  if (!text.includes('.')) return text;
  return text.replace(/0+$/, '').replace(/\.$/, '');
}

// At least `places` digits after the point; more only where they are not zero.
export function withPlaces(text: string, places: number): string {
  const [whole = '0', fraction = ''] = trim(text).split('.');
  const padded = fraction.padEnd(places, '0');
  return padded === '' ? whole : `${whole}.${padded}`;
}

// Rounded half away from zero to exactly `places`: for amounts of money on the screen.
export function rounded(text: string, places: number): string {
  const value = parse(text);
  if (value.scale <= places) return withPlaces(text, places);
  const cut = 10n ** BigInt(value.scale - places);
  const half = value.digits < 0n ? -cut / 2n : cut / 2n;
  return toText((value.digits + half) / cut, places);
}

// Thousands apart by a thin comma: "1234567.5" is "1,234,567.5".
export function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}
