// What is to be reached, and what a run has found of it.
import { cpus } from 'node:os';

import { ratio } from './figures.mjs';

// Whether the generator has to run on one of the server's two cores.
const SHARED = cpus().length < 3;

// A figure of one row through that of another, both of one group.
export const GOALS = [
  goal('ours', 'tonic', 1.5, 'the whole server as released, remembered / bare tonic built the same way'),
  goal('ours', 'tonic-plain', 1.8, "the same / bare tonic with cargo's default release profile"),
  goal('ours-unbatched', 'tonic', 0.97, 'the same without batched writes / bare tonic'),
  goal('ours-1x1', 'tonic-1x1', 0.97, 'the same, one call in flight / bare tonic'),
  goal('ours-32x1', 'tonic-32x1', 1.2, 'the same, 32 connections with one call each / bare tonic'),
  goal('tonic-layer', 'tonic', 0.97, "the layer alone in a stranger's tonic server, remembered / bare tonic"),
  goal('ours-cold', 'tonic', 0.45, 'the whole server with its memory off / bare tonic'),
  // Its generator is slower than the server.
  { ...goal('ours-10000-tokens', 'ours-1-token', 0.9, '10,000 live tokens / one, by CPU a call'), byCpu: true },
  goal('3000-methods', '3-methods', 0.98, '3,000 methods / 3'),
  goal('ours-web', 'ours', 0.6, 'gRPC-Web unary / native'),
  goal('ours-tls', 'ours', 0.8, 'TLS / plain'),
  goal('ours-download', 'tonic-download', 1.0, 'server-streaming 1 KiB messages / bare tonic'),
  goal('ours-upload', 'tonic-upload', 1.0, '4 MiB uploads / bare tonic'),
  goal('ours-denied', 'tonic', 1.0, 'refused without a token / bare tonic'),
  goal('ours-malformed', 'tonic', 1.0, 'refused, malformed / bare tonic'),
  { ...goal('ours-2-cores', 'ours-1-core', 1.8, `two cores / one${SHARED ? ', by CPU a call' : ''}`), cores: 2, byCpu: SHARED },
  ...envoy('cached', 7),
  ...envoy('uncached', 9),
  goal('ours', 'go-jwt', 6.5, 'the whole server / grpc-go with golang-jwt'),
  goal('ours-cold', 'go-jwt', 1.5, 'with its memory off / grpc-go with golang-jwt'),
  goal('ours', 'express', 35, 'the whole server / the Express original'),
  goal('ours-cold', 'express', 8, 'with its memory off / the Express original'),
];

function goal(row, to, least, what) {
  return { row, to, least, what };
}

// As it comes, with its settings made faster, and what shows it at its best: its own CPU without its server's, and an
// answer by itself, with no server behind it. Those two are not what the goal is for, and are told beside it.
function envoy(name, least) {
  const [proxy, tuned, alone] = ['envoy-proxy', 'envoy-tuned', 'envoy'].map((kind) => `${kind}-${name}`);
  return [
    goal('ours', proxy, least, `the whole server / Envoy jwt_authn before bare tonic, ${name}`),
    goal('ours', tuned, least, `the same / tuned Envoy, ${name}`),
    { ...goal('ours', tuned, undefined, `the same / tuned Envoy's own CPU, without tonic's, ${name}`), cpuOf: 'own' },
    goal('ours', alone, undefined, `the same / Envoy that answers by itself, ${name}`),
  ];
}

// The floor is told in CPU a call, of which less is better.
const FLOOR = {
  row: 'ours',
  to: 'hyper-batched',
  most: 1.33,
  what: 'CPU a call / a constant answer with batched writes (the floor)',
};
const MEMORY = { what: 'memory added by 10,000 tokens', most: 12, unit: 'MiB' };
const ALONE = {
  start: { what: 'start to first authorized call, local keys', most: 10, unit: 'ms' },
  resident: { what: 'resident memory, idle', most: 10, unit: 'MiB' },
};

// Rows of a table: goal, by requests a second, by CPU a call, and whether it is reached. What was not run says so.
export function goalRows(groups, alone) {
  const pairs = GOALS.map((goal) => pair(goal, rowsOf(groups, goal)));
  const singles = Object.entries(ALONE).map(([name, each]) => single(each, alone?.[name]));
  return [...pairs, floor(groups), memory(groups), ...singles];
}

function rowsOf(groups, { row, to }) {
  const find = (name) => groups.flatMap((group) => group.rows).find((each) => each.name === name);
  return [find(row), find(to)];
}

// `least` is undefined where a figure is told without a goal, and `cpuOf` is whose CPU of the second row is meant.
function pair({ what, least, cores = 1, byCpu = false, cpuOf = 'cpu' }, [row, to]) {
  const wanted = least === undefined ? 'none' : `>= ${least}`;
  if (!row || !to) return [what, wanted, 'not run', '', ''];
  const rate = ratio(row, to, 'perSecond');
  // Less CPU is more: the other way round, so that both columns are read alike.
  const cpu = scaled(ratio(to, row, cpuOf, 'cpu'), cores);
  const judged = byCpu ? cpu : rate;
  const reached = judged.middle >= least ? 'yes' : 'no';
  return [what, wanted, cpuOf === 'cpu' ? spread(rate) : '', spread(cpu), least === undefined ? '' : reached];
}

// Of so many cores, each has that much to give.
function scaled(figure, factor) {
  return Object.fromEntries(Object.entries(figure).map(([name, value]) => [name, value * factor]));
}

function floor(groups) {
  const [row, to] = rowsOf(groups, FLOOR);
  if (!row || !to) return [FLOOR.what, `<= ${FLOOR.most}`, 'not run', '', ''];
  const cpu = ratio(row, to, 'cpu');
  return [FLOOR.what, `<= ${FLOOR.most}`, '', spread(cpu), cpu.middle <= FLOOR.most ? 'yes' : 'no'];
}

function memory(groups) {
  const [many, one] = rowsOf(groups, { row: 'ours-10000-tokens', to: 'ours-1-token' });
  const added = many && one && many.memory - one.memory;
  return single(MEMORY, added && { middle: added, least: added, most: added });
}

function single({ what, most, unit }, found) {
  const limit = `<= ${most} ${unit}`;
  if (!found) return [what, limit, 'not run', '', ''];
  return [what, limit, `${spread(found, 1)} ${unit}`, '', found.middle <= most ? 'yes' : 'no'];
}

// The median, and between what the rounds were.
export function spread({ middle, least, most }, digits = 2) {
  const [a, b, c] = [middle, least, most].map((value) => value.toFixed(value >= 100 ? 0 : digits));
  return b === c ? a : `${a} (${b}-${c})`;
}
