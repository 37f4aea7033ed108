// Tokens that are kept, with an issuer and a clock of the test's own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Tokens } from '../src/tokens.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

// Gives a token of 60 seconds whenever it is asked.
function issuer() {
  const state = { fetches: 0, now: 0 };
  const fetch = async () => ({ token: `token ${(state.fetches += 1)}`, lifetime: 60 });
  return { state, tokens: new Tokens(fetch, () => state.now) };
}

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

async function advance(state: { now: number }, milliseconds: number) {
  state.now += milliseconds;
  await settled();
  mock.timers.tick(milliseconds);
}

test('a token is fetched once for all who wait, and kept until the last fifth of its life', async () => {
  const { state, tokens } = issuer();
  const first = Promise.all([tokens.get(), tokens.get()]);
  await advance(state, 0);
  assert.deepEqual(await first, ['token 1', 'token 1']);
  state.now = 47_999;
  assert.equal(await tokens.get(), 'token 1');
  state.now = 48_000;
  const second = tokens.get();
  await advance(state, 0);
  assert.equal(await second, 'token 2');
});

test('a spent token is replaced once, however many say that it is spent', async () => {
  const { state, tokens } = issuer();
  const first = tokens.get();
  await advance(state, 0);
  await first;
  await advance(state, 5000);
  const second = Promise.all([tokens.get('token 1'), tokens.get('token 1')]);
  await advance(state, 0);
  assert.deepEqual(await second, ['token 2', 'token 2']);
  assert.equal(await tokens.get('token 1'), 'token 2');
  assert.equal(state.fetches, 2);
});

test('the issuer is asked once a second at most', async () => {
  const { state, tokens } = issuer();
  const first = tokens.get();
  await advance(state, 0);
  await first;
  const second = tokens.get('token 1');
  await advance(state, 999);
  await settled();
  assert.equal(state.fetches, 1);
  await advance(state, 1);
  assert.equal(await second, 'token 2');
});
