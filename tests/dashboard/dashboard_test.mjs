// The dashboard in a real browser. By default against the fake server of this folder; with
//   DASHBOARD_URL=http://127.0.0.1:8100 TRADING_ADMIN_PASSWORD=...
// the same tests run against the platform. Screenshots go to DASHBOARD_SCREENSHOTS, for people to
// look at.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { chromium } from 'playwright-core';

import { startFakeServer } from './fake_server.mjs';
import { openLine } from './line.mjs';

const username = process.env.DASHBOARD_USERNAME ?? 'admin';
const password = process.env.TRADING_ADMIN_PASSWORD ?? 'correct horse battery';
const pictures = process.env.DASHBOARD_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
];
const widths = [1440, 390, 320];
const first_view_max_bytes = 100 * 1024;
// The chart library's own style element, refused by the policy; the rules stand in our sheet.
const expected_console =
  /Applying inline style violates .*style-src|net::ERR_|WebSocket|status of 4/;

let server, line, folder, context, page;
const transfers = [];
const complaints = [];

before(async () => {
  server = process.env.DASHBOARD_URL ? null : await startFakeServer(password);
  line = await openLine(process.env.DASHBOARD_URL ?? server.url);
  folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: flags,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
  });
  context.setDefaultTimeout(10_000);
  page = context.pages()[0] ?? (await context.newPage());
  page.on('requestfinished', async (request) => {
    const body = await (await request.response())?.body().catch(() => null);
    transfers.push({ url: request.url(), bytes: body ? gzipSync(body, { level: 9 }).length : 0 });
  });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
});

after(async () => {
  await context?.close();
  await line?.close();
  await server?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function picture(name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({
    path: join(pictures, `${name}.png`),
    fullPage: page.viewportSize().width < 1200,
  });
}

const seen = (id) => page.getByTestId(id);
const state = () => seen('state').innerText();

async function waitForState(wanted) {
  await page.waitForFunction(
    (names) => names.includes(document.querySelector('[data-testid=state]')?.textContent),
    wanted,
  );
}
const waitUntilLive = () => waitForState(['Live', 'Demo market']);

async function waitForChange(locator, what) {
  const first = await locator.innerText();
  const handle = await locator.elementHandle();
  await page
    .waitForFunction(([node, text]) => node.innerText !== text, [handle, first])
    .catch(() => {
      assert.fail(`${what} did not change from "${first}"`);
    });
}

async function signIn(with_password) {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(with_password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

// The smallest quantity the instrument trades in, as the ticket says it.
async function lot() {
  await page.locator('#ticket-quantity').fill('1');
  const hint = await page.locator('#ticket-quantity-said').innerText();
  return hint.replace('Lot ', '').replaceAll(',', '');
}

async function orderIds() {
  const rows = await seen('order').all();
  return Promise.all(rows.map((row) => row.getAttribute('data-order')));
}

const orderRow = (id) => page.locator(`[data-testid=order][data-order="${id}"]`);
const confirmButton = () => page.locator('button.confirm');

async function previewOrder(fields) {
  await page
    .getByText(fields.side === 'sell' ? '▼ Sell' : '▲ Buy', { exact: true })
    .first()
    .click();
  await page.locator('[name=order_type]').selectOption(fields.type);
  await page.locator('#ticket-quantity').fill(fields.quantity);
  if (fields.price) await page.locator('#ticket-limit_price').fill(fields.price);
  await page.getByRole('button', { name: 'Preview' }).click();
}

// Places a limit buy far below the market and returns its order id.
async function restingOrder() {
  const known = await orderIds();
  await page.locator('[name=order_type]').selectOption('limit');
  await seen('depth-buy').getByRole('button', { name: 'Use price' }).nth(5).click(); // deep enough to rest, near enough to stay shown
  const price = await page.locator('#ticket-limit_price').inputValue();
  await previewOrder({ type: 'limit', quantity: await lot(), price });
  await confirmButton().click();
  await page.waitForFunction(
    (before) => document.querySelectorAll('[data-testid=order]').length > before,
    known.length,
  );
  const id = (await orderIds()).find((one) => !known.includes(one));
  await orderRow(id).getByText('Working').waitFor();
  return id;
}

test('a wrong password is refused with a sentence', async () => {
  const response = await page.goto(line.url);
  const policy = response.headers()['content-security-policy'];
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|https?:/);
  await page.getByRole('heading', { name: 'Trading platform' }).waitFor();
  await picture('login-dark');
  await signIn('not the password');
  await page.waitForFunction(() => document.querySelector('[role=alert]')?.textContent.length > 5);
  assert.match(await page.getByRole('alert').innerText(), /password/i);
});

test('signing in shows a living market', async () => {
  await signIn(password);
  await waitUntilLive();
  await page.locator('.chart-box canvas').first().waitFor();
  await page.waitForFunction(() =>
    /O .* C /.test(document.querySelector('[data-testid=readout]')?.textContent),
  );
  await seen('trade').first().waitFor();
  await waitForChange(page.locator('.ladder tbody'), 'the ladder');
  await waitForChange(page.locator('.tape tbody'), 'the trades');
  await waitForChange(page.locator('.chart-box').locator('xpath=../p[1]'), 'the running bar');
});

test('the first view is small and comes from this host alone', async () => {
  const own = new URL(line.url).host;
  for (const { url } of transfers) assert.equal(new URL(url).host, own, url);
  const files = transfers.filter(({ url }) => /\/(assets\/|favicon|$)/.test(new URL(url).pathname));
  const once = new Map(files.map(({ url, bytes }) => [url, bytes]));
  const sum = [...once.values()].reduce((all, bytes) => all + bytes, 0);
  assert.ok(once.size >= 3, `${once.size} files`);
  assert.ok(sum > 10_000 && sum <= first_view_max_bytes, `${sum} bytes after gzip`);
});

test('an order that cannot be afforded is refused before it is sent', async () => {
  await previewOrder({ type: 'market', quantity: '90000000' });
  await page.locator('.outcome .problem').waitFor();
  assert.equal(await confirmButton().count(), 0);
});

test('wrong input is explained beside the field and nothing is asked', async () => {
  await previewOrder({ type: 'limit', quantity: 'ten', price: '-1' });
  assert.match(await page.locator('#ticket-quantity-said').innerText(), /must be a number/);
  assert.match(await page.locator('#ticket-limit_price-said').innerText(), /above zero/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'ticket-quantity');
});

test('a crossing order is previewed, sent once by a double click, filled and held', async () => {
  const known = await orderIds();
  await previewOrder({ type: 'market', quantity: await lot() });
  await confirmButton().waitFor();
  assert.match(await seen('outcome').innerText(), /Fills at once/);
  assert.match(await seen('outcome').innerText(), /Cash available/);
  await picture('preview-dark');
  await confirmButton().dblclick();
  await page.waitForFunction(() =>
    /is filled at/.test(document.querySelector('.outcome')?.textContent),
  );
  await page.waitForFunction(
    (before) => document.querySelectorAll('[data-testid=order]').length > before,
    known.length,
  );
  const fresh = (await orderIds()).filter((id) => !known.includes(id));
  assert.equal(fresh.length, 1);
  await orderRow(fresh[0]).getByText('Filled').waitFor();
  await page.getByRole('tab', { name: /Fills/ }).click();
  await page.locator(`[data-testid=fill][data-order="${fresh[0]}"]`).first().waitFor();
  await page.getByRole('tab', { name: /Positions/ }).click();
  await seen('position').first().waitFor();
  await picture('position-dark');
  await page.getByRole('tab', { name: /Orders/ }).click();
});

test('a resting order is marked in the ladder, changed and canceled by its id', async () => {
  const id = await restingOrder();
  await page.locator('.ladder .mine', { hasText: '◆' }).first().waitFor();
  const other = await restingOrder();
  await picture('resting-dark');
  await page.getByRole('button', { name: new RegExp(`Change order ${id}:`) }).click();
  const dialog = page.getByRole('dialog');
  const doubled = String(Number(await lot()) * 2);
  await dialog.getByLabel('Quantity').fill(doubled);
  await picture('change-dark');
  await dialog.getByRole('button', { name: 'Change the order' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.waitForFunction(
    ([order, text]) =>
      document.querySelector(`[data-order="${order}"]`)?.cells[5].innerText === text,
    [id, doubled],
  );
  await page.getByRole('button', { name: new RegExp(`Cancel order ${id}:`) }).click();
  await orderRow(id).getByText('Canceled').waitFor();
  assert.match(await orderRow(other).innerText(), /Working/);
  await orderRow(other)
    .getByRole('button', { name: /Cancel/ })
    .focus();
  await page.keyboard.press('Delete');
  await orderRow(other).getByText('Canceled').waitFor();
});

test('everything can be reached and done by keyboard', async () => {
  const barTime = (readout) => readout.split(' ')[0];
  const newest = await seen('readout').innerText();
  await page.locator('.chart-box').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  const spoken = page.locator('.chart [role=status]');
  assert.match(await spoken.innerText(), /open .* close /);
  const earlier = await seen('readout').innerText();
  await seen('depth-buy').first().getByRole('button').focus();
  // A market that has just begun has one bar: then there is no earlier one to come back from.
  if (barTime(earlier) !== barTime(newest))
    assert.equal(barTime(await seen('readout').innerText()) >= barTime(newest), true, 'the newest bar is read again');
  await seen('depth-buy').first().getByRole('button').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.match(await page.locator('#ticket-limit_price').inputValue(), /^\d/);
  await page.getByRole('tab', { name: /Orders/ }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(
    await page.getByRole('tab', { name: /Fills/ }).getAttribute('aria-selected'),
    'true',
  );
  await page.keyboard.press('ArrowLeft');
  const stops = new Set();
  await page.getByRole('button', { name: 'Sign out' }).focus();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    stops.add(
      await page.evaluate(() => document.activeElement.closest('section')?.className ?? ''),
    );
  }
  for (const name of ['watch', 'chart', 'ladder', 'ticket', 'blotter', 'tape']) {
    assert.ok(
      [...stops].some((stop) => stop.includes(name)),
      `${name} cannot be reached`,
    );
  }
});

test('rows stand still while the market moves', async () => {
  const shift = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        const count = (list) =>
          list.getEntries().forEach((entry) => (sum += entry.hadRecentInput ? 0 : entry.value));
        const observer = new PerformanceObserver(count);
        observer.observe({ type: 'layout-shift', buffered: false });
        const frames = (left) =>
          left === 0 ? resolve(sum) : requestAnimationFrame(() => frames(left - 1));
        frames(180);
      }),
  );
  assert.ok(shift <= 0.02, `layout shift ${shift}`);
});

test('stale prices are shown as such and lock the ticket', async () => {
  await previewOrder({ type: 'market', quantity: await lot() });
  await confirmButton().waitFor();
  line.freeze();
  await waitForState(['Stale']);
  assert.match(await seen('lock').innerText(), /locked/);
  assert.equal(await confirmButton().getAttribute('aria-disabled'), 'true');
  const before = await orderIds();
  await confirmButton().click({ force: true });
  assert.deepEqual(await orderIds(), before);
  await picture('stale-dark');
  line.mend();
  await waitUntilLive();
  await page.getByRole('button', { name: 'Change', exact: true }).first().click();
});

test('a lost connection locks the ticket, comes back by itself and loses no order', async () => {
  const before = await orderIds();
  line.cut();
  await waitForState(['Offline']);
  assert.match(await seen('lock').innerText(), /no connection/);
  assert.equal(
    await page.getByRole('button', { name: 'Preview' }).getAttribute('aria-disabled'),
    'true',
  );
  await picture('offline-dark');
  line.mend();
  await waitUntilLive();
  await waitForChange(page.locator('.tape tbody'), 'the trades');
  assert.deepEqual(await orderIds(), before);
});

test('an order whose answer is lost is sent again with the same id and stands once', async () => {
  const before = await orderIds();
  await previewOrder({ type: 'market', quantity: await lot() });
  await confirmButton().waitFor();
  const bodies = [];
  await page.route('**/orders', async (route) => {
    bodies.push(route.request().postDataJSON());
    if (bodies.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await confirmButton().click();
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.waitForFunction(() =>
    /is filled at/.test(document.querySelector('.outcome')?.textContent),
  );
  await page.unroute('**/orders');
  assert.equal(bodies.length, 2);
  assert.equal(bodies[0].client_order_id, bodies[1].client_order_id);
  assert.equal((await orderIds()).length, before.length + 1);
});

for (const theme of ['dark', 'light']) {
  for (const width of widths) {
    test(`no accessibility violation: ${theme}, ${width} px`, async () => {
      await page.setViewportSize({ width, height: 900 });
      const shown = await page.evaluate(() => document.documentElement.dataset.theme);
      if (shown !== theme) await page.getByRole('button', { name: /Light|Dark/ }).click();
      await page.waitForFunction((name) => document.documentElement.dataset.theme === name, theme);
      await previewOrder({ type: 'market', quantity: await lot() });
      await confirmButton().waitFor();
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      await picture(`page-${theme}-${width}`);
      await page.evaluate(axe);
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
      const found = await page.evaluate((values) => window.axe.run({ runOnly: values }), tags);
      const told = found.violations.map(
        (one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`,
      );
      assert.deepEqual(told, []);
      assert.ok(found.passes.length > 10, 'axe looked at too little');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} px wide`);
      const ticket = await page.locator('#ticket').boundingBox();
      assert.ok(ticket.height > 200, 'the ticket has collapsed');
      await page.getByRole('button', { name: 'Change', exact: true }).first().click();
    });
  }
}

test('signing out leads back to the login and forgets the session', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Password').waitFor();
  await page.reload();
  await page.getByLabel('Password').waitFor();
});

test('the notices name the chart library and link to it', async () => {
  await page.goto(`${line.url}/notices.html`);
  assert.match(await page.locator('main').innerText(), /TradingView Lightweight Charts/);
  assert.equal(await page.locator('a[href="https://www.tradingview.com/"]').count(), 1);
  const text = await page.evaluate(async () =>
    (await fetch('/licences/lightweight-charts.txt')).text(),
  );
  assert.match(text, /Apache License/);
});

test('the browser complained about nothing unexpected', () => {
  assert.deepEqual(
    complaints.filter((text) => !expected_console.test(text)),
    [],
  );
});
