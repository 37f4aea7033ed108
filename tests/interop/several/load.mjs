// Callers of all issuers at once, who go on until they are told to stop: what each was answered, and how long it took.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { answered, lacking, otherSignature } from '../issuers/runner/expected.mjs';

// How many callers each issuer has, each with one call in flight at a time, and how long each rests after it, in
// milliseconds: a machine that has nothing left would show its own waits.
const CALLERS = 3;
const REST = 4;

// The least time that calls are made in a phase, in milliseconds.
const SPAN = 3_000;

// A fetch from an issuer that hangs takes 8 seconds, and a caller who had to wait for it would wait from its beginning. A
// call that waits for none takes less than half of that on any machine. In milliseconds.
const HELD_UP = 4_000;

// What a caller does in turn. `token` is of what the world has now.
const VALID = { what: 'valid', api: 'api1', token: (world, name) => world.tokens[name], expected: answered() };
const LACKING = { ...VALID, what: 'lacking', api: 'api3', expected: lacking('api3') };
// Of this issuer by its name and key id, and signed with a key of another.
const FORGED = { ...VALID, what: 'forged', token: (world, name) => world.forged(name), expected: otherSignature };
const TURN = [...Array(8).fill(VALID), LACKING, FORGED];

// Calls all the while that something else is done. `absent` is an issuer that has no callers meanwhile, `sparing` one at
// which no token is forged, since each signature that does not verify may have keys fetched. Gives what was seen, by issuer,
// and for how long this process stood still at most, in milliseconds: calls that were in flight took as long.
export async function underLoad(world, { absent, sparing, meanwhile }) {
  const names = [...world.names.filter((name) => name !== absent), world.control];
  const seen = Object.fromEntries(names.map((name) => [name, { wrong: [], latencies: [], heldUp: 0 }]));
  let isDone = false;
  const caller = async (name, at) => {
    const turn = name === sparing ? TURN.filter((each) => each !== FORGED) : TURN;
    for (; !isDone; at++) {
      await once(world, name, turn[at % turn.length], seen[name]);
      await pause(REST);
    }
  };
  const still = monitorEventLoopDelay();
  still.enable();
  const callers = names.flatMap((name) => Array.from({ length: CALLERS }, (_, at) => caller(name, 3 * at)));
  try {
    await Promise.all([meanwhile(), pause(SPAN)]);
  } finally {
    isDone = true;
    await Promise.all(callers);
  }
  still.disable();
  return { seen, still: still.max / 1e6 };
}

async function once(world, name, { what, api, token, expected }, seen) {
  const started = performance.now();
  const found = await world.ask(name, api, token(world, name));
  const took = performance.now() - started;
  seen.latencies.push(took);
  if (took > HELD_UP) seen.heldUp += 1;
  seen[what] = (seen[what] ?? 0) + 1;
  if (!isSame(found, expected)) seen.wrong.push(`${what}: ${JSON.stringify(found)}`);
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
