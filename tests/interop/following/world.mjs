// An issuer that is not ours, the server of streams, and a client between them.
import { Issuer } from '../issuers/runner/issuer.mjs';
import { provider } from '../issuers/oidc-provider/issuer.mjs';
import { Process, grpcAddress } from '../processes.mjs';

const AUDIENCE = 'auth0-multiple-api';

// The longest that a case takes.
const PATIENCE = 120;

export class World {
  #streams;
  #issuer;

  static async start(streams, lifetime) {
    const world = new World();
    world.#streams = streams;
    world.#issuer = await Issuer.of(provider);
    await world.#issuer.start({ TTL: String(lifetime) });
    return world;
  }

  close() {
    return this.#issuer.close();
  }

  // What is seen of a client in this case.
  async see(client, { events = 1, environment, flags = ['--audience', AUDIENCE], server: told, refresh = '5m', meanwhile }) {
    const server = await this.#serve(['--jwks-refresh', refresh, ...flags], told);
    const before = this.#issuer.log.length;
    const following = client.follow({
      SEKISHO_URL: `http://${await server.tells('the listener', grpcAddress)}`,
      SEKISHO_ISSUER: this.#issuer.url,
      SEKISHO_TOKEN_CLIENT_ID: 'm2m',
      SEKISHO_TOKEN_CLIENT_SECRET: 'm2m-secret',
      SEKISHO_AUDIENCE: AUDIENCE,
      SEKISHO_SCOPE: 'events:read',
      SEKISHO_EVENTS: String(events),
      ...environment,
    });
    if (meanwhile) {
      const reached = new RegExp(`^${meanwhile.event}: `, 'm');
      await following.tells(`event ${meanwhile.event}`, (text) => reached.exec(text) ?? undefined, PATIENCE);
      await meanwhile.change(this.#issuer);
    }
    const code = await following.ended(PATIENCE);
    await server.stop();
    return { code, ...printed(following.answer), ...asked(this.#issuer.log.slice(before)), ...called(server.printed) };
  }

  // One for each case, so that all begin with the first event.
  #serve(flags, environment) {
    const issuer = ['--issuer', this.#issuer.url, '--jwks-cooldown', '1s', '--leeway', '1s'];
    return new Process(this.#streams, ['serve', ...issuer, '--grpc-listen', '127.0.0.1:0', ...flags], environment);
  }
}

// The events, each a line; then what came of it all, as of every call of an example client.
function printed(text) {
  const lines = text.trimEnd().split('\n');
  const numbers = lines.flatMap((line) => /^(\d+): event \1$/.exec(line)?.[1] ?? []).map(Number);
  const wrong = numbers.findIndex((number, at) => number !== at + 1);
  const events = wrong < 0 ? numbers.length : `${numbers[wrong]} after ${wrong === 0 ? 'nothing' : numbers[wrong - 1]}`;
  const [last, ...more] = lines.slice(numbers.length);
  const reason = more.flatMap((line) => /^ {2}reason: (.*)$/.exec(line)?.[1] ?? [])[0];
  return { events, says: /^follow: (\S+)/.exec(last ?? '')?.[1] ?? `nothing that can be read: ${text.slice(-500)}`, reason };
}

// What the issuer was asked for.
function asked(log) {
  const count = (line) => log.split('\n').filter((each) => each === line).length;
  return { tokens: count('GRANTED'), refusedByIssuer: count('REFUSED') };
}

// What the server has decided of calls, and for which reasons it has ended streams.
function called(log) {
  const lines = log.split('\n').filter((line) => line.includes('"outcome"')).map((line) => JSON.parse(line));
  const of = (outcome) => lines.filter((line) => line.outcome === outcome);
  const ended = [...new Set(of('ended').map(({ reason }) => reason))];
  return { allowed: of('allowed').length, refused: of('refused').length, ended };
}
