// A stream that is followed, over a server that the test answers for.
import { mock } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { follow } from '../src/follow.js';
import { Server } from './server.js';

// More than any turn of the program takes that waits for no timer.
export const settled = () => new Promise((resolve) => setImmediate(resolve));

// More than any pause after an end by a token.
export async function paused() {
  await settled();
  mock.timers.tick(1000);
  await settled();
}

// Follows, and keeps what came; `spent` are the tokens that another one was wanted for.
export class Following {
  readonly server = new Server();
  readonly numbers: number[] = [];
  readonly spent: (string | undefined)[] = [];
  readonly stop = new AbortController();
  readonly again: string[] = [];
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
    const again = (last: bigint, { code }: ConnectError) => this.again.push(`${last}: ${Code[code]}`);
    try {
      for await (const { number } of follow(this.server, tokens, { after, signal: this.stop.signal, again })) {
        this.numbers.push(Number(number));
      }
      this.end = 'done';
    } catch (reason) {
      this.end = reason instanceof ConnectError ? Code[reason.code] : reason;
    }
  }
}
