import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apis } from '../src/apis';
import type { Config } from '../src/config';
import { gateState } from '../src/gate';
import type { CallState } from '../src/model';
import type { Outcome, Why } from '../src/outcome';

const [api] = apis();
assert.ok(api);

const session = (granted: string[]) => ({ issuer: '', clientId: '', accessToken: '', subject: '', name: '', granted });
const held = session(['api1:read:status']);

function after(outcome: Outcome): Map<string, CallState> {
  return new Map([['api1', { outcome, milliseconds: 1, granted: [] }]]);
}

const refused = (why: Why) => after({ kind: 'refused', why, message: '', missing: [] });

test('how a gate stands', () => {
  const none = new Map<string, CallState>();
  assert.equal(gateState(api, { expired: false, calls: none }), 'shut');
  assert.equal(gateState(api, { session: held, expired: false, calls: none }), 'ready');
  assert.equal(gateState(api, { session: held, expired: true, calls: none }), 'shut');
  assert.equal(gateState(api, { session: session([]), expired: false, calls: none }), 'lacking');
  assert.equal(gateState(api, { session: held, expired: false, calls: new Map([['api1', 'calling']]) }), 'ready');
});

test('what an issuer writes before scopes is no part of them', () => {
  const config = { scopePrefix: 'orders/' } as Config;
  const stands = (...granted: string[]) => gateState(api, { config, session: session(granted), expired: false, calls: new Map() });
  assert.equal(stands('orders/api1:read:status'), 'ready');
  assert.equal(stands('api1:read:status'), 'ready');
  assert.equal(stands('invoices/api1:read:status'), 'lacking');
});

test('what the server said outweighs what the page expected', () => {
  const answered = after({ kind: 'answered', json: '{}' });
  assert.equal(gateState(api, { session: session([]), expired: false, calls: answered }), 'open');
  assert.equal(gateState(api, { session: held, expired: false, calls: refused('scopeInsufficient') }), 'refused');
  assert.equal(gateState(api, { session: held, expired: false, calls: refused('unreachable') }), 'unknown');
});
