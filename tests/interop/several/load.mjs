// Callers of all issuers at once, who go on until they are told to stop: what each was answered, and how long it took.
import { answered, lacking, otherSignature } from '../issuers/runner/expected.mjs';

// How many callers each issuer has, each with one call in flight at a time.
const CALLERS = 2;

// The least time that calls are made in a phase, in milliseconds.
const SPAN = 3_000;

// A call that no fetch holds up takes less on any machine that is not stuck, in milliseconds. A fetch of an issuer that
// hangs takes 8 seconds.
const SLOW = 1_000;

// What a caller does in turn. `token` is of what the world has now.
const VALID = { what: 'valid', api: 'api1', token: (world, name) => world.tokens[name], expected: answered() };
const LACKING = { ...VALID, what: 'lacking', api: 'api3', expected: lacking('api3') };
// Of this issuer by its name and key id, and signed with a key of another.
const FORGED = { ...VALID, what: 'forged', token: (world, name) => world.forged(name), expected: otherSignature };
const TURN = [...Array(8).fill(VALID), LACKING, FORGED];

// Calls all the while that something else is done. `absent` is an issuer that has no callers meanwhile, `sparing` one at
// which no token is forged, since each signature that does not verify may have keys fetched. Gives what was seen, by issuer.
export async function underLoad(world, { absent, sparing, meanwhile }) {
  const names = world.names.filter((name) => name !== absent);
  const seen = Object.fromEntries(names.map((name) => [name, { wrong: new Set(), latencies: [], slow: 0 }]));
  let isDone = false;
  const caller = async (name, at) => {
    const turn = name === sparing ? TURN.filter((each) => each !== FORGED) : TURN;
    for (; !isDone; at++) await once(world, name, turn[at % turn.length], seen[name]);
  };
  const callers = names.flatMap((name) => Array.from({ length: CALLERS }, (_, at) => caller(name, 5 * at)));
  try {
    await Promise.all([meanwhile(), new Promise((resolve) => setTimeout(resolve, SPAN))]);
  } finally {
    isDone = true;
    await Promise.all(callers);
  }
  return Object.fromEntries(Object.entries(seen).map(([name, of]) => [name, { ...of, wrong: [...of.wrong] }]));
}

async function once(world, name, { what, api, token, expected }, seen) {
  const started = performance.now();
  const found = await world.ask(name, api, token(world, name));
  const took = performance.now() - started;
  seen.latencies.push(took);
  if (took > SLOW) seen.slow += 1;
  seen[what] = (seen[what] ?? 0) + 1;
  if (!isSame(found, expected)) seen.wrong.add(`${what}: ${JSON.stringify(found)}`);
}

function isSame(found, expected) {
  const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
  return [...names].every((name) => found[name] === expected[name]);
}

// The value below which this part of all lies.
export function quantile(values, part) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}
