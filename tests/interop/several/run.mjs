// One server that trusts three issuers, with tokens of all under load while each of them fails in its own way. Prints a
// line a case, writes what was seen as Markdown, and tells how long calls took. usage: node run.mjs PATH_OF_SEKISHO TABLE
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { theLogs } from '../issuers/runner/examine.mjs';
import { Report } from '../issuers/runner/report.mjs';
import { figures } from './figures.mjs';
import { underLoad } from './load.mjs';
import { judgedBy, warningsOf } from './log.mjs';
import { phases } from './phases.mjs';
import { begin, beginning, end, ending, serveOthers, tokens } from './readiness.mjs';
import { World } from './world.mjs';

const [program, table, ...more] = process.argv.slice(2);
if (!program || !existsSync(program) || !table || more.length > 0) {
  console.error('usage: run.mjs PATH_OF_SEKISHO TABLE; it has no names');
  process.exit(2);
}

const report = new Report();
const seen = [];
let world;
try {
  world = await World.start(resolve(program));
  await part('start', begin);
  await part('`sekisho token`', tokens);
  await part('other servers', serveOthers);
  for (const phase of phases) await part(phase.row, (_world, see) => run(phase, see));
  await part('keys that become too old', end);
  await theLogs(report, 'several', Object.values(world.servers));
  await part('the log', ({ servers, answers }, see) => {
    const { lost, ...counted } = judgedBy(servers.all.log);
    see('each call under the issuer that its token names', { lost: 0, ...answers }, { lost, ...counted });
  });
} catch (error) {
  report.broken('several', error);
  console.error(error.stack);
} finally {
  await world?.close();
}
if (world) console.error(figures(phases, seen, world.control));
writeFileSync(table, tableOf([...beginning, ...phases.map(asRow), ...ending]));
console.log(`${report.passed} passed, ${report.failed} failed`);
process.exit(report.failed === 0 && report.passed > 0 ? 0 : 1);

async function part(name, show) {
  const started = performance.now();
  await show(world, (what, expected, found) => report.see(`several: ${name}: ${what}`, expected, found));
  console.error(`${name}: ${Math.round((performance.now() - started) / 1000)} s`);
}

// The phase, with its callers; each issuer's are judged as ever, and never held up.
async function run({ of, sparing, absent, meanwhile }, see) {
  const { all } = world.servers;
  const begun = all.log.length;
  const warnings = (name) => warningsOf(all.log.slice(begun), world.urlOf(name));
  const ready = readiness(all);
  const under = await underLoad(world, { sparing, absent, meanwhile: () => meanwhile({ world, see, warnings }) });
  see('ready all the while', [true], await ready.stop());
  for (const [name, { latencies, wrong, heldUp, ...calls }] of Object.entries(under.seen)) {
    const made = Object.keys(calls).sort();
    see(`${name}: calls`, name === sparing ? ['lacking', 'valid'] : ['forged', 'lacking', 'valid'], made);
    // However many there are, one says what is wrong.
    see(`${name}: wrong verdicts`, { number: 0 }, { number: wrong.length, first: wrong[0] });
    see(`${name}: calls that a fetch held up`, 0, heldUp);
  }
  see('warnings of others', [], world.names.filter((name) => name !== of && warnings(name) > 0));
  seen.push(under);
}

// Asked once in a while, until it is stopped.
function readiness(server) {
  const found = new Set();
  let isDone = false;
  const asking = (async () => {
    for (; !isDone; await pause(500)) found.add(await server.isServing());
  })();
  return {
    async stop() {
      isDone = true;
      await asking;
      return [...found];
    },
  };
}

// Tokens of all are judged as ever, but those of an issuer that is absent.
function asRow({ row, told, absent }) {
  return { row, told, ready: 'yes', ...(absent && { [absent]: 'with the new keys' }) };
}

function tableOf(rows) {
  const head = ['', 'good tokens of provider', 'of hydra', 'of the file', 'unknown key of whom it is about', 'ready'];
  const cells = ({ row, provider = '✓', hydra = '✓', file = '✓', told = '', ready }) => [row, provider, hydra, file, told, ready];
  return [head, head.map(() => '---'), ...rows.map(cells)].map((each) => `| ${each.join(' | ')} |\n`).join('');
}
