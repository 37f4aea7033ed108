// Streams that outlive their tokens, over a server that the test answers for and a clock that it moves.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { follow } from '../src/follow.js';
import { Following, paused, settled } from './following.js';
import { Server } from './server.js';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

test('the next stream is opened before the end, and each event comes once', async () => {
  const following = await Following.begun(4n);
  const { server, numbers } = following;
  const first = server.newest;
  assert.deepEqual([first.token, first.after], ['token 1', 4n]);
  first.accept(60).send(5, 6);
  await settled();
  mock.timers.tick(35_999);
  await settled();
  assert.equal(server.calls.length, 1, 'not before the last two fifths');
  mock.timers.tick(12_001);
  await settled();
  const second = server.newest;
  assert.deepEqual([second.token, second.after, following.spent], ['token 2', 6n, [undefined, 'token 1']]);
  // Until the next one is accepted, the first one goes on.
  first.send(7);
  await settled();
  assert.deepEqual([numbers, first.isClosed], [[5, 6, 7], false]);
  second.accept(60);
  await settled();
  assert.equal(first.isClosed, true);
  second.send(7, 8);
  await settled();
  assert.deepEqual([numbers, following.end], [[5, 6, 7, 8], undefined]);
});

test('a stream that is renewed is renewed again', async () => {
  const { server, numbers } = await Following.begun();
  for (let number = 1; number <= 4; number += 1) {
    server.newest.accept(10).send(number);
    await settled();
    mock.timers.tick(9_000);
    await settled();
    assert.equal(server.calls.length, number + 1);
  }
  assert.deepEqual(numbers, [1, 2, 3, 4]);
});

test('where no token can be had for the next stream, the one before goes on to its end', async () => {
  const following = await Following.begun();
  const { server, numbers } = following;
  server.newest.accept(60).send(1);
  await settled();
  following.issue = async () => {
    throw new ConnectError('no token now', Code.Unavailable);
  };
  mock.timers.tick(54_000);
  await settled();
  server.newest.send(2);
  await settled();
  assert.deepEqual([server.calls.length, numbers, following.end], [1, [1, 2], undefined]);
  following.issue = async () => 'a late token';
  server.newest.end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  await paused();
  assert.deepEqual([server.newest.token, server.newest.after], ['a late token', 2n]);
});

test('a token that is the same as before opens no other stream', async () => {
  const following = await Following.begun();
  const { server } = following;
  following.issue = async () => 'token 1';
  server.newest.accept(60).send(1);
  await settled();
  mock.timers.runAll();
  await settled();
  assert.deepEqual([following.spent, server.calls.length], [[undefined, 'token 1'], 1]);
});

test('a stream that ends while the next one is opened waits for that one', async () => {
  const { server, numbers } = await Following.begun();
  server.newest.accept(60).send(1);
  await settled();
  mock.timers.tick(54_000);
  await settled();
  server.calls[0]?.end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  await settled();
  server.newest.accept(60).send(2);
  await settled();
  assert.deepEqual([server.calls.length, numbers], [2, [1, 2]]);
});

test('a server that does not begin its answer is left after 10 seconds, and another stream is opened', async () => {
  const { server, again } = await Following.begun();
  mock.timers.tick(9_999);
  await settled();
  assert.deepEqual([server.newest.isClosed, again], [false, []]);
  mock.timers.tick(1);
  await settled();
  assert.deepEqual([server.newest.isClosed, again], [true, ['0: Unavailable']]);
  await paused();
  server.newest.accept().send(1);
  await settled();
  mock.timers.tick(10_000);
  await settled();
  assert.deepEqual([server.calls.length, server.newest.isClosed], [2, false], 'what has begun may last');
});

test('where the next stream does not begin, events go on once the one before has ended', async () => {
  const { server, numbers } = await Following.begun();
  server.newest.accept(60).send(1);
  await settled();
  mock.timers.tick(54_000);
  await settled();
  server.calls[0]?.end(Code.Unauthenticated, 'ACCESS_TOKEN_EXPIRED');
  await settled();
  mock.timers.tick(10_000);
  await paused();
  assert.deepEqual([server.calls.length, server.calls[1]?.isClosed], [3, true]);
  server.newest.accept(60).send(2);
  await settled();
  assert.deepEqual(numbers, [1, 2]);
});

test('whoever stops it leaves nothing open', async () => {
  const following = await Following.begun();
  const { server } = following;
  server.newest.accept(60).send(1);
  await settled();
  mock.timers.tick(54_000);
  await settled();
  following.stop.abort();
  await settled();
  mock.timers.runAll();
  await settled();
  assert.deepEqual([server.calls.map(({ isClosed }) => isClosed), following.end], [[true, true], 'done']);
  assert.deepEqual(following.again, []);
});

test('whoever leaves it with an event leaves nothing open, and no timer that would want another token', async () => {
  const server = new Server();
  let asked = 0;
  const events = follow(server, async () => `token ${(asked += 1)}`);
  const first = events.next();
  await settled();
  server.newest.accept(60).send(1);
  assert.equal((await first).value?.number, 1n);
  await events.return();
  mock.timers.runAll();
  await settled();
  assert.deepEqual([server.newest.isClosed, asked], [true, 1]);
});

test('a stream without an end of its own is not renewed', async () => {
  const { server } = await Following.begun();
  server.newest.accept().send(1);
  await settled();
  mock.timers.runAll();
  await settled();
  assert.equal(server.calls.length, 1);
});
