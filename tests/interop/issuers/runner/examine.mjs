// One issuer, from its start to its end: all cases, with the servers that they ask.
import { cases, decisionOf } from './cases.mjs';
import { SCOPES } from './expected.mjs';
import { Issuer, read } from './issuer.mjs';
import { Server, printedToken } from './server.mjs';

// What is shorter is a word, like `garbage`, or a prefix.
const SECRET = 16;

// Gives for each column of the table whether it was as expected; undefined where the issuer cannot show it.
export async function examine(program, name, definition, report) {
  const issuer = await Issuer.of(definition);
  const servers = [];
  const columns = {};
  try {
    await issuer.start();
    const world = await worldOf(program, definition, issuer, servers);
    for (const phase of ['begin', 'run']) {
      for (const { column, ...each } of cases) {
        if (definition.cannot?.[column] || !each[phase]) continue;
        const good = await attempt(report, `${name}: ${column}`, definition, column, world, each[phase]);
        columns[column] = good && (columns[column] ?? true);
      }
    }
    await theLogs(report, name, servers);
  } catch (error) {
    report.broken(`${name}: start`, error);
  } finally {
    await Promise.all([issuer.close(), ...servers.map((server) => server.stop())]);
  }
  return columns;
}

async function attempt(report, name, definition, column, world, run) {
  let good = true;
  const see = (what, expected, found) => (good = report.see(`${name}: ${what}`, expected, found) && good);
  world.see = see;
  world.differs = definition.differs?.[column]?.expected;
  try {
    await run(world);
  } catch (error) {
    report.broken(name, error);
    good = false;
  }
  return good;
}

async function worldOf(program, definition, issuer, all) {
  const serve = async (options) => {
    const server = await Server.start(program, { issuer: issuer.url, ...options });
    all.push(server);
    return server;
  };
  const bare = issuer.url.replace(/\/$/, '');
  const cooldown = ['--jwks-cooldown', '1s'];
  const servers = {
    unslashed: await serve({ issuer: bare, flags: cooldown }),
    slashed: await serve({ issuer: `${bare}/`, flags: ['--jwks-refresh', '1s', ...cooldown] }),
    clients: await serve({ audience: definition.person.client, flags: cooldown }),
  };
  for (const server of all) await server.isServingSoon();
  let answer;
  const world = {
    issuer,
    definition,
    servers,
    serve,
    printed: (secret) =>
      printedToken(program, { issuer: issuer.url, client: issuer.machine, secret, scope: SCOPES[0] }),
    // She logs in once.
    person: () => (answer ??= issuer.authorizationCode(definition.person)),
    personsServer: definition.person.isAudience ? servers.clients : servers.unslashed,
  };
  world.tryOut = (each) => tryOut(world, each);
  return world;
}

// A token of this issuer's, what of it is to be seen (`carries`), and what is answered. A key that is looked for
// (`isLookedFor`) is not so right after another one was.
async function tryOut({ issuer, servers, serve, see }, { name, token, flags, carries, isLookedFor, expected }) {
  const server = flags ? await serve({ flags }) : servers.unslashed;
  await server.isServingSoon();
  const value = await token(issuer);
  if (carries) see(`${name}: the token`, carries, members(read(value), carries));
  const call = () => server.call('api1', value);
  see(name, expected, isLookedFor ? await decisionOf(call) : await call());
}

// Of what was found, the members that are asked about; null for one that is not there.
function members(found, asked) {
  return Object.fromEntries(
    Object.entries(asked).map(([part, some]) => [
      part,
      Object.fromEntries(Object.keys(some).map((member) => [member, found[part][member] ?? null])),
    ]),
  );
}

// Decisions are told, and no token, nor a part of one.
export async function theLogs(report, name, servers) {
  const codes = await Promise.all(servers.map((server) => server.stop()));
  report.see(`${name}: SIGTERM ends the servers`, servers.map(() => 0), codes);
  const logs = servers.map((server) => server.log).join('\n');
  const reasons = ['ACCESS_TOKEN_INVALID', 'ISSUER_KEYS_UNAVAILABLE'];
  report.see(`${name}: the logs tell of refusals`, reasons, reasons.filter((reason) => logs.includes(reason)));
  const parts = new Set(servers.flatMap((server) => [...server.sent]).flatMap((token) => token.split('.')));
  const secret = [...parts].filter((part) => part.length >= SECRET);
  report.see(`${name}: the logs have no part of a token`, { some: true, told: 0 }, {
    some: secret.length > 0,
    told: secret.filter((part) => logs.includes(part)).length,
  });
  // Each JWT begins so. Within a word it is chance: key ids have been seen that contain it.
  const begun = logs.split('\n').filter((line) => /(?<![\w-])eyJ/.test(line)).length;
  report.see(`${name}: the logs have nothing that begins as a JWT`, 0, begun);
}
