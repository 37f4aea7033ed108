// What follows the end of a stream, or a refusal: another stream, or none.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { Following, paused, settled } from './following.js';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

for (const reason of ['ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_INVALID']) {
  for (const [kind, events] of [['busy', [1, 2]], ['idle', []]] as const) {
    test(`a stream, ${kind}, that ends by ${reason} is opened again, with another token`, async () => {
      const following = await Following.begun();
      const { server } = following;
      server.newest.accept().send(...events);
      mock.timers.tick(1001);
      server.newest.end(Code.Unauthenticated, reason);
      await paused();
      assert.deepEqual([server.newest.token, server.newest.after], ['token 2', BigInt(events.length)]);
      assert.deepEqual([following.spent, following.end], [[undefined, 'token 1'], undefined]);
      assert.deepEqual(following.again, [`${events.length}: Unauthenticated`]);
      server.newest.accept().send(events.length + 1);
      await settled();
      assert.deepEqual(following.numbers, [...events, events.length + 1]);
    });
  }
}

test('a refusal at the beginning ends it the second time', async () => {
  const following = await Following.begun();
  const { server } = following;
  server.newest.refuse(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  await paused();
  assert.deepEqual([server.newest.token, following.end], ['token 2', undefined]);
  server.newest.accept().end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  await paused();
  assert.deepEqual([server.calls.length, following.end], [2, 'Unauthenticated']);
});

test('refusals that an event lies between do not end it', async () => {
  const following = await Following.begun();
  const { server } = following;
  for (let round = 1; round <= 3; round += 1) {
    server.newest.refuse(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
    await paused();
    server.newest.accept().send(round).end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
    await paused();
    assert.deepEqual([server.calls.length, following.end], [2 * round + 1, undefined]);
  }
});

test('a stream that ends by its token before there is a head, however often, is opened again', async () => {
  const following = await Following.begun();
  const { server } = following;
  for (let round = 1; round <= 3; round += 1) {
    mock.timers.tick(1001);
    server.newest.refuse(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
    await paused();
    assert.deepEqual([server.calls.length, following.end], [round + 1, undefined]);
  }
});

for (const code of [Code.PermissionDenied, Code.Unimplemented, Code.OutOfRange]) {
  test(`${Code[code]} ends it, at the beginning and later`, async () => {
    const refused = await Following.begun();
    refused.server.newest.refuse(code);
    const ended = await Following.begun();
    ended.server.newest.accept().send(1).end(code);
    await settled();
    for (const { server, end } of [refused, ended]) assert.deepEqual([server.calls.length, end], [1, Code[code]]);
  });
}

test("UNAUTHENTICATED that is not the token's end ends it", async () => {
  const following = await Following.begun();
  following.server.newest.accept().send(1).end(Code.Unauthenticated);
  const refused = await Following.begun();
  refused.server.newest.refuse(Code.Unauthenticated, 'CREDENTIALS_MISSING');
  await paused();
  for (const { server, end } of [following, refused]) assert.deepEqual([server.calls.length, end], [1, 'Unauthenticated']);
});

test('after a failure of the connection it waits, longer each time, keeps its token, and gives up', async () => {
  const following = await Following.begun();
  const { server, spent } = following;
  // Events, and a stream that lasted, show that the connection is there again.
  const recoveries = [() => server.newest.accept().send(1), () => mock.timers.tick(1001)];
  for (const recover of [...recoveries, () => {}]) {
    for (const longest of [1000, 2000, 4000, 8000]) {
      const calls = server.calls.length;
      server.newest.end(Code.Unavailable);
      server.newest.refuse(Code.Unavailable);
      await settled();
      mock.timers.tick(longest / 2 - 1);
      await settled();
      assert.equal(server.calls.length, calls);
      mock.timers.tick(longest / 2 + 1);
      await settled();
      assert.equal(server.calls.length, calls + 1);
    }
    recover();
    await settled();
  }
  server.newest.refuse(Code.Unavailable);
  await settled();
  assert.equal(following.end, 'Unavailable');
  assert.ok(spent.every((token) => token === undefined));
});

test('after a failure of the connection a token that had replaced another is kept too', async () => {
  const { server, spent } = await Following.begun();
  server.newest.accept().send(1).end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  await paused();
  server.newest.accept().send(2).end(Code.Unavailable);
  await paused();
  assert.deepEqual(spent, [undefined, 'token 1', undefined]);
});

test('clients whose streams end together do not come back together', async () => {
  const calls = [];
  for (const chance of [0, 0.5, 1]) {
    const random = mock.method(Math, 'random', () => chance);
    const { server } = await Following.begun();
    server.newest.accept().send(1).end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
    await settled();
    mock.timers.tick(750);
    await settled();
    calls.push(server.calls.length);
    random.mock.restore();
  }
  assert.deepEqual(calls, [1, 2, 2]);
});

test('it waits for as long as the server wants it, and after an end without a reason too', async () => {
  const following = await Following.begun();
  const { server } = following;
  server.newest.refuse(Code.Unavailable, undefined, 40);
  await settled();
  mock.timers.tick(39_999);
  await settled();
  assert.equal(server.calls.length, 1);
  mock.timers.tick(1);
  await settled();
  server.newest.accept().send(1).end();
  await settled();
  assert.equal(server.calls.length, 2);
  mock.timers.tick(1000);
  await settled();
  assert.deepEqual([server.calls.length, server.newest.after, following.end], [3, 1n, undefined]);
});

test('what the issuer refuses ends it', async () => {
  const refusal = new Error('invalid_client');
  const following = await Following.begun();
  following.issue = async () => {
    throw refusal;
  };
  following.server.newest.accept().end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  await paused();
  assert.equal(following.end, refusal);
});

test('an issuer that cannot be reached is asked five times', async () => {
  const following = await Following.begun();
  following.server.newest.accept().send(1).end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  following.issue = async () => {
    throw new ConnectError('no token now', Code.Unavailable);
  };
  for (let minute = 1; minute <= 10; minute += 1) {
    await settled();
    mock.timers.tick(60_000);
  }
  await settled();
  assert.deepEqual([following.spent.length, following.end], [1 + 5, 'Unavailable']);
});
