// What happens to one issuer (`of`) while tokens of all are judged: a row of the table each. `told` is what stands there of
// a token that names a key which this issuer does not have.
import { setTimeout as pause } from 'node:timers/promises';
import { decisionOf, refusalOf, tokenOfAnotherKey } from '../issuers/runner/cases.mjs';
import { answered, unavailable, unpublishedKey } from '../issuers/runner/expected.mjs';
import { until } from '../processes.mjs';
import { JUNK } from './proxy.mjs';

const UNAVAILABLE = '`UNAVAILABLE`, come again';
const UNPUBLISHED = '`UNAUTHENTICATED`';

// How often a token of an unknown key is shown to a server that cannot look for the key.
const ASKED = 8;

export const phases = [
  { row: 'all are well', told: UNPUBLISHED, meanwhile: allWell },
  {
    row: 'provider has another key, then withdraws the one before',
    of: 'provider',
    told: UNPUBLISHED,
    sparing: 'provider',
    meanwhile: rotated,
  },
  { row: 'provider answers junk in place of its keys', of: 'provider', told: UNAVAILABLE, meanwhile: junk },
  { row: 'hydra accepts connections and never answers', of: 'hydra', told: UNAVAILABLE, meanwhile: hung },
  { row: 'hydra has stopped', of: 'hydra', told: UNAVAILABLE, meanwhile: stopped },
  { row: 'hydra starts again, with other keys', of: 'hydra', told: '', absent: 'hydra', meanwhile: back },
  { row: 'all are well again', told: UNPUBLISHED, meanwhile: allWell },
];

const NOBODY = 'undefined';

async function allWell({ world, see }) {
  for (const name of world.names) see(`${name}: an unknown key`, unpublishedKey, await unknownKey(world, name));
  // It is refused in the words of the first, and logged under no issuer's name.
  const other = await world.ask(NOBODY, 'api1', world.ofNobody());
  see('a token that names none of them', 'The access token is from another issuer', other.message);
}

// A key that nobody published when it was looked for. Whoever asks within a cooldown is told to come again.
function unknownKey(world, name) {
  const token = world.ofUnknownKey(name);
  return decisionOf(() => world.ask(name, 'api1', token));
}

// Fetches are counted. Those of before are over, since nothing else asks for any.
async function rotated({ world, see }) {
  const { provider, tokens, proxy } = world;
  const old = tokens.provider;
  await world.rotateProvider();
  const fresh = await tokenOfAnotherKey(provider, old);
  const before = proxy.asked;
  see('a token of the new key', answered(), await decisionOf(() => world.ask('provider', 'api1', fresh)));
  see('fetches for it', 1, proxy.asked - before);
  tokens.provider = fresh;
  await world.retireProvider();
  const fate = refusalOf(async () => {
    await unknownKey(world, 'provider');
    return world.ask('provider', 'api1', old);
  });
  see('a token of the withdrawn key', unpublishedKey, await fate);
}

async function junk({ world, see, warnings }) {
  const { proxy } = world;
  const before = proxy.asked;
  proxy.answerJunk();
  const found = await toldAllAlong(world, 'provider', () => proxy.asked >= before + JUNK.length);
  see('a token of an unknown key', [unavailable], found);
  see('a warning for each', true, await until(() => warnings('provider') >= JUNK.length));
  proxy.handOn();
  see('an unknown key, once its keys can be fetched', unpublishedKey, await unknownKey(world, 'provider'));
}

// Calls wait for a fetch that brings nothing.
async function hung({ world, see, warnings }) {
  world.hydra.suspend();
  const found = await Promise.all(Array.from({ length: ASKED }, () => world.ask('hydra', 'api1', world.ofUnknownKey('hydra'))));
  see('tokens of unknown keys', Array(ASKED).fill(unavailable), found);
  see('a warning', true, await until(() => warnings('hydra') > 0));
  world.hydra.resume();
  see('an unknown key, once it answers', unpublishedKey, await unknownKey(world, 'hydra'));
}

async function stopped({ world, see, warnings }) {
  await world.hydra.stop();
  let shown = 0;
  const found = await toldAllAlong(world, 'hydra', () => (shown += 1) > ASKED && warnings('hydra') > 1);
  see('a token of an unknown key', [unavailable], found);
}

async function back({ world, see }) {
  const old = world.tokens.hydra;
  const fresh = await world.startHydra();
  world.tokens.hydra = fresh;
  see('a token of its new key', answered(), await decisionOf(() => world.ask('hydra', 'api1', fresh)));
  see('a token of its old key', unpublishedKey, await refusalOf(() => world.ask('hydra', 'api1', old)));
}

// Each answer once that calls with unknown keys had until then.
async function toldAllAlong(world, name, isEnough) {
  const found = new Set();
  await until(async () => {
    found.add(JSON.stringify(await world.ask(name, 'api1', world.ofUnknownKey(name))));
    await pause(100);
    return isEnough();
  });
  return [...found].map((text) => JSON.parse(text));
}
