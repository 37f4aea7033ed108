// What is told of streams that are held.
import { ratio, summary } from './figures.mjs';
import { spread } from './goals.mjs';
import { table } from './tables.mjs';

// `within` is in how many milliseconds all of them end.
export const ROWS = [
  { name: 'unwatched', what: '`stream_end: NEVER`, none ends', method: 'Unwatched', within: 0 },
  { name: 'by-themselves', what: '`stream_end: NEVER`, ended by their handler within a second', method: 'ByItself', within: 1000 },
  { name: 'expiring', what: 'ended by the guard within a second', method: 'UntilExpiry', within: 1000 },
  { name: 'by-themselves-at-once', what: '`stream_end: NEVER`, ended by their handler at one moment', method: 'ByItself', within: 0 },
  { name: 'expiring-at-once', what: 'ended by the guard at one moment', method: 'UntilExpiry', within: 0 },
];

// The lines of the program `held-streams`: a name and numbers.
export function readFigures(text) {
  const lines = text.trim().split('\n').map((line) => line.split(' '));
  return Object.fromEntries(lines.map(([name, ...numbers]) => [name, numbers.map(Number)]));
}

// Of one round: bytes a stream, MiB, milliseconds, and how many had the right status. What did not end has no end.
export function figuresOf({ before: [before], held: [held], after, quiet, ending, dropped, told, right }, streams) {
  const memory = { bytes: ((held - before) * 1024) / streams, before: before / 1024, held: held / 1024 };
  const ends = ending && { after: after[0] / 1024, right: right[0], ...ofTimes({ ending, dropped, told }) };
  return { ...memory, ...ofTimes({ quiet }), ...ends };
}

function ofTimes(lists) {
  const named = Object.entries(lists).flatMap(([name, micros]) => {
    const sorted = micros.map((each) => each / 1000).sort((a, b) => a - b);
    return [['50', 0.5], ['99', 0.99], ['Most', 1]].map(([which, share]) => [`${name}${which}`, quantile(sorted, share)]);
  });
  return Object.fromEntries(named);
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function figure(row, name, digits = 1) {
  const values = row.rounds.map((round) => round[name]);
  return values.every((value) => value !== undefined) ? spread(summary(values), digits) : '';
}

const HEAD = {
  'bytes a stream': (row) => figure(row, 'bytes', 0),
  'MiB before / held / after': (row) => ['before', 'held', 'after'].map((name) => median(row, name)).join(' / '),
  'right status': (row) => figure(row, 'right', 0),
  'handler dropped, p50 / most': (row) => times(row, 'dropped', ['50', 'Most']),
  'client told, p50 / most': (row) => times(row, 'told', ['50', 'Most']),
  'other calls, quiet, p50 / p99 / most': (row) => times(row, 'quiet', ['50', '99', 'Most']),
  'other calls meanwhile, p50 / p99 / most': (row) => times(row, 'ending', ['50', '99', 'Most']),
};

function median(row, name) {
  const values = row.rounds.map((round) => round[name]);
  return values[0] === undefined ? '-' : summary(values).middle.toFixed(1);
}

function times(row, name, which) {
  const found = which.map((each) => figure(row, `${name}${each}`, 2));
  return found.some(Boolean) ? found.join(' / ') : '';
}

export function heldTable(rows) {
  const cells = (row) => [`\`${row.name}\``, row.what, ...Object.values(HEAD).map((cell) => cell(row))];
  return table(['row', 'streams', ...Object.keys(HEAD)], rows.map(cells));
}

// Rounds are compared with those of the same turn.
export function heldGoals(rows) {
  const find = (name) => rows.find((row) => row.name === name);
  const [unwatched, expiring, alone, atOnce] = ['unwatched', 'expiring', 'by-themselves', 'expiring-at-once'].map(find);
  const lines = [];
  if (unwatched && expiring) {
    const cost = expiring.rounds.map((round, at) => round.bytes - unwatched.rounds[at].bytes);
    lines.push(goal('memory that the end of a stream costs, in bytes', 2048, summary(cost), 0));
  }
  if (expiring) lines.push(goal('handler dropped after the end, most, in ms', 50, most(expiring), 1));
  if (atOnce) lines.push(goal('the same where all end at one moment, in ms', 50, most(atOnce), 1));
  if (expiring && alone) {
    const times = ratio(expiring, alone, 'ending99');
    lines.push(['p99 of other calls meanwhile / where handlers end their streams', 'none', spread(times), '']);
  }
  return table(['', 'goal', 'found', 'reached'], lines);
}

function most(row) {
  return summary(row.rounds.map((round) => round.droppedMost));
}

function goal(what, limit, found, digits) {
  return [what, `<= ${limit}`, spread(found, digits), found.middle <= limit ? 'yes' : 'no'];
}
