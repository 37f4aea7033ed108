// What every issuer is to show: a column of the table each. Where one cannot, its definition says why.
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../processes.mjs';
import {
  SCOPES,
  answered,
  expired,
  idToken,
  lacking,
  malformed,
  otherAudience,
  otherSignature,
  scopeOf,
  unavailable,
  unpublishedKey,
} from './expected.mjs';
import { read } from './issuer.mjs';

// `begin`, where there is one, runs before all cases: what it starts takes its time beside them.
export const cases = [
  { column: 'last slash', run: lastSlash },
  { column: 'client credentials', run: clientCredentials },
  { column: '`sekisho token`', run: sekishoToken },
  { column: 'authorization code, PKCE', run: authorizationCode },
  { column: 'other audience', run: ofAnotherAudience },
  { column: 'other signature', run: ofAnotherSignature },
  { column: 'ID token', run: anIdToken },
  { column: 'refresh token', run: aRefreshToken },
  { column: 'opaque token', run: anOpaqueToken },
  { column: 'expired', begin: aShortLife, run: itsEnd },
  { column: 'rotation', run: rotation },
  { column: 'retirement', run: retirement },
  { column: 'besides', run: besides },
  { column: 'issuer gone', run: gone },
  { column: 'issuer late', run: late },
  { column: 'variants', run: variants },
];

// --- tokens -----------------------------------------------------------------------------------------------

// One server was told the issuer with its last slash, the other without.
async function lastSlash({ issuer, servers, see }) {
  const token = await issuer.clientCredentials(issuer.machine);
  for (const name of ['unslashed', 'slashed']) {
    see(`${name}: ready`, true, await servers[name].isServingSoon());
    see(`${name}: api1`, answered(), await servers[name].call('api1', token));
  }
}

async function clientCredentials({ issuer, servers: { unslashed }, see }) {
  for (const api of ['api1', 'api2', 'api3']) {
    const token = await issuer.clientCredentials(issuer.machine, scopeOf(api));
    see(`${api} with its scope`, answered(api), await unslashed.call(api, token));
  }
  const one = await issuer.clientCredentials(issuer.machine);
  see('api3 without its scope', lacking('api3'), await unslashed.call('api3', one));
  const all = await issuer.clientCredentials(issuer.machine, SCOPES.join(' '));
  for (const api of ['api1', 'api2', 'api3']) {
    see(`${api} with all three scopes`, answered(api), await unslashed.call(api, all));
  }
}

// The command line's own client credentials.
async function sekishoToken({ issuer, printed, servers: { unslashed }, see }) {
  const right = await printed(`${issuer.machine}-secret`);
  see('exit code', 0, right.code);
  see('api1', answered(), await unslashed.call('api1', right.token));
  see('with a wrong secret', { code: 1, token: '' }, await printed('wrong'));
}

async function authorizationCode({ person, personsServer, see }) {
  const { access_token: token } = await person();
  see('api1, which was asked for', answered(), await personsServer.call('api1', token));
  see('api2, which was not', lacking('api2'), await personsServer.call('api2', token));
}

async function ofAnotherAudience({ issuer, definition, servers: { unslashed }, see }) {
  see('api1', otherAudience, await unslashed.call('api1', await definition.otherAudience(issuer)));
}

async function ofAnotherSignature({ issuer, servers: { unslashed }, see }) {
  const token = await issuer.clientCredentials(issuer.machine);
  see('api1 with the token as it came', answered(), await unslashed.call('api1', token));
  const [header, payload, signature] = token.split('.');
  const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  see('api1', otherSignature, await unslashed.call('api1', [header, payload, changed].join('.')));
}

// It is for the person's client: to a server of that audience, nothing but its kind tells it apart.
async function anIdToken({ person, servers: { unslashed, clients }, see }) {
  const { id_token: token } = await person();
  see('api1', idToken, await unslashed.call('api1', token));
  see('api1, where the audience is its own', idToken, await clients.call('api1', token));
}

async function aRefreshToken({ issuer, definition, differs, servers: { unslashed }, see }) {
  const { access_token: access, refresh_token: token } = await issuer.authorizationCode(
    definition.refreshing ?? definition.person,
  );
  see('it came with an access token', ['string', 'string'], [typeof access, typeof token]);
  see('api1', differs ?? malformed, await unslashed.call('api1', token));
}

async function anOpaqueToken({ issuer, definition, servers: { unslashed }, see }) {
  see('api1', malformed, await unslashed.call('api1', await definition.opaque(issuer)));
}

async function aShortLife(world) {
  world.short = await world.definition.short(world.issuer);
  world.see('api1, before', answered(), await world.servers.unslashed.call('api1', world.short));
}

async function itsEnd({ short, servers: { unslashed }, see }) {
  see('api1', expired, await refusalOf(() => unslashed.call('api1', short)));
}

// --- keys -------------------------------------------------------------------------------------------------

// This server fetches keys every five minutes, or for a token that names one it does not know.
async function rotation(world) {
  const { issuer, definition, servers: { unslashed }, see } = world;
  const old = await issuer.clientCredentials(issuer.machine);
  see('api1, before', answered(), await unslashed.call('api1', old));
  const seen = await inALoop(() => unslashed.call('api1', old), async () => {
    world.before = await definition.rotate(issuer);
    world.fresh = await tokenOfAnotherKey(issuer, old);
    see('api1 with a token of the new key, at once', answered(), await unslashed.call('api1', world.fresh));
  });
  see('api1 with one of the old key, in a loop all the while', [answered()], seen);
  world.old = old;
}

// And this one every second.
async function retirement({ issuer, definition, before, old, fresh, servers: { slashed }, see }) {
  see('api1 with the old key, before', answered(), await slashed.call('api1', old));
  const seen = await inALoop(() => slashed.call('api1', fresh), async () => {
    await definition.retire(issuer, before);
    see('api1 with the old key', unpublishedKey, await refusalOf(() => slashed.call('api1', old)));
  });
  see('api1 with the new key, in a loop all the while', [answered()], seen);
}

export async function tokenOfAnotherKey(issuer, old) {
  const { kid } = read(old).header;
  return until(async () => {
    const token = await issuer.clientCredentials(issuer.machine);
    return read(token).header.kid !== kid && token;
  });
}

// Where a key has to be looked for, and the last look was just now, a caller is told to come again.
export function decisionOf(call) {
  return until(async () => {
    const found = await call();
    return found.code !== 'UNAVAILABLE' && found;
  });
}

// The same, of what is answered until then.
export function refusalOf(call) {
  return until(async () => {
    const found = await call();
    return found.code !== 'OK' && found.code !== 'UNAVAILABLE' && found;
  });
}

// Calls all the while that something else is done, and once after it. What was found, each thing once.
async function inALoop(call, meanwhile) {
  const found = new Set();
  let isDone = false;
  const calls = (async () => {
    for (let last = false; !last; ) {
      last = isDone;
      found.add(JSON.stringify(await call()));
      await pause(10);
    }
  })();
  try {
    await meanwhile();
  } finally {
    isDone = true;
    await calls;
  }
  return [...found].map((text) => JSON.parse(text));
}

// --- what this issuer alone shows -----------------------------------------------------------------------

async function besides({ definition, tryOut }) {
  for (const each of definition.besides ?? []) await tryOut(each);
}

// The issuer is started again for each, and may have other keys.
async function variants({ issuer, definition, tryOut }) {
  for (const { environment, besides: some } of definition.variants ?? []) {
    await issuer.stop();
    await issuer.start(environment);
    for (const each of some) await tryOut({ ...each, isLookedFor: true });
  }
}

// --- an issuer that is not there ------------------------------------------------------------------------

const NOT_FETCHED = /the issuer's keys could not be fetched/g;

async function gone(world) {
  const { issuer, servers: { slashed }, see } = world;
  world.early = await issuer.clientCredentials(issuer.machine);
  see('api1, before', answered(), await slashed.call('api1', world.early));
  const failures = () => slashed.log.match(NOT_FETCHED)?.length ?? 0;
  const before = failures();
  await issuer.stop();
  see('a refresh has failed', true, await until(() => failures() > before));
  see('api1', answered(), await slashed.call('api1', world.early));
}

// The issuer is down when this server starts.
async function late({ issuer, early, servers: { unslashed }, serve, see }) {
  const server = await serve({ issuer: issuer.url });
  see('api1, while it is down', unavailable, await server.call('api1', early));
  see('no JWT, while it is down', malformed, await server.call('api1', 'garbage'));
  see('the health check, while it is down', false, await server.isServing());
  await issuer.start();
  see('ready, by itself', true, await server.isServingSoon());
  const token = await issuer.clientCredentials(issuer.machine);
  see('api1', answered(), await server.call('api1', token));
  see('api1 of a server that was there before', answered(), await unslashed.call('api1', token));
}
