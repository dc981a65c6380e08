// A first order with the MCP SDK's own client, over Streamable HTTP and over stdio.
// Arguments: BASE_URL TRADING_PLATFORM_EXECUTABLE. The password comes from the environment.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [base, executable] = process.argv.slice(2);
const password = process.env.TRADING_ADMIN_PASSWORD;

async function accessToken() {
  const response = await fetch(`${base}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).access_token;
}

async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
  return result.structuredContent;
}

const required = ['list_instruments', 'get_quote', 'get_depth', 'get_bars', 'list_accounts',
  'list_positions', 'preview_order', 'place_order', 'replace_order', 'cancel_order', 'list_orders'];

async function trade(transport, label) {
  const client = new Client({ name: 'end-to-end', version: '1.0.0' });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  for (const name of required) assert.ok(names.includes(name), `${label}: no tool ${name}`);
  for (const tool of tools) {
    assert.equal(tool.inputSchema.type, 'object', tool.name);
    assert.ok(tool.outputSchema, `${tool.name} has no output schema`);
    for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'])
      assert.equal(typeof tool.annotations[hint], 'boolean', `${tool.name} ${hint}`);
  }
  const quote = await call(client, 'get_quote', { symbol: 'ORBT' });
  assert.ok(quote.ask_price);
  const order = {
    symbol: 'ORBT', side: 'buy', order_type: 'market', time_in_force: 'ioc', quantity: '2',
  };
  const preview = await call(client, 'preview_order', order);
  assert.equal(preview.accepted, true, JSON.stringify(preview));
  const { accounts } = await call(client, 'list_accounts', {});
  const account_id = accounts[0].account_id;
  const held = async () => {
    const { positions } = await call(client, 'list_positions', { account_id });
    return Number(positions.find((position) => position.symbol === 'ORBT')?.quantity ?? 0);
  };
  const before = await held();
  const placed = await call(client, 'place_order', { ...order, client_order_id: `${label}-1` });
  assert.equal(placed.status, 'filled', JSON.stringify(placed));
  assert.equal(await held(), before + 2);
  const repeated = await call(client, 'place_order', { ...order, client_order_id: `${label}-1` });
  assert.equal(repeated.order_id, placed.order_id);
  assert.equal(await held(), before + 2);

  const refused = await client.callTool({
    name: 'place_order',
    arguments: { ...order, quantity: '2.5', client_order_id: `${label}-2` },
  });
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /quantity_off_lot/);
  await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }));
  await client.close();
  console.log(`first order with the MCP SDK over ${label}: passed`);
}

const token = await accessToken();
await trade(
  new StreamableHTTPClientTransport(new URL(`${base}/mcp/all`), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  }),
  'http',
);
await trade(
  new StdioClientTransport({
    command: executable,
    args: ['--url', base, 'mcp'],
    env: { ...process.env, TRADING_PLATFORM_TOKEN: token },
  }),
  'stdio',
);
