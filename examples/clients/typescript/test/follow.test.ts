// Streams that outlive their tokens, over a server that the test answers for and a clock that it moves.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { follow } from '../src/follow.js';
import { Server } from './server.js';

// More than any turn of the program takes that waits for no timer.
const settled = () => new Promise((resolve) => setImmediate(resolve));

// More than any pause after an end by a token.
async function paused() {
  await settled();
  mock.timers.tick(1000);
  await settled();
}

// Follows, and keeps what came; `spent` are the tokens that another one was wanted for.
class Following {
  readonly server = new Server();
  readonly numbers: number[] = [];
  readonly spent: (string | undefined)[] = [];
  readonly stop = new AbortController();
  end: unknown;
  // What the issuer does when it is asked.
  issue = async () => `token ${this.spent.length}`;

  static async begun(after = 0n): Promise<Following> {
    const following = new Following();
    void following.#run(after);
    await settled();
    return following;
  }

  async #run(after: bigint): Promise<void> {
    const tokens = (spent?: string) => {
      this.spent.push(spent);
      return this.issue();
    };
    try {
      for await (const { number } of follow(this.server, tokens, { after, signal: this.stop.signal })) {
        this.numbers.push(Number(number));
      }
      this.end = 'done';
    } catch (reason) {
      this.end = reason instanceof ConnectError ? Code[reason.code] : reason;
    }
  }
}

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
