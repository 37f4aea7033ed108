// See `run` for the command line.
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { measureAlone } from './alone.mjs';
import { build, has, HERE, REPOSITORY } from './builds.mjs';
import { measure, writeFiles } from './measure.mjs';
import { allNames, chosen } from './rows.mjs';
import { buildsOf } from './servers.mjs';
import { goalsTable, machine, rowsTables, write } from './tables.mjs';

// Neither a row nor a group: start and memory of the program.
const ALONE = 'alone';

const options = {
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '7' },
  print: { type: 'boolean', default: false },
  build: { type: 'boolean', default: false },
};
const { values, positionals: names } = parseArgs({ options, allowPositionals: true });
const shape = { seconds: Number(values.seconds), rounds: Number(values.rounds) };

function fail(message) {
  console.error(message);
  process.exit(2);
}

for (const [name, value] of Object.entries(shape)) if (!(value > 0)) fail(`--${name} has to be a number above 0`);
const unknown = names.filter((name) => name !== ALONE && !allNames().includes(name));
if (unknown.length > 0) fail(`no row and no group: ${unknown.join(' ')}\nthere are: ${allNames().join(' ')} ${ALONE}`);
const tools = ['h2load', 'taskset', 'cargo', 'openssl'].filter((tool) => !has(tool));
if (tools.length > 0) fail(`missing: ${tools.join(', ')}`);

const wanted = names.filter((name) => name !== ALONE);
const groupsToRun = names.length > 0 && wanted.length === 0 ? [] : chosen(wanted);
const withAlone = names.length === 0 || names.includes(ALONE);

// Nothing is measured while something is built.
for (const row of groupsToRun.flatMap((group) => group.rows)) buildsOf(row.server).forEach(build);
if (withAlone) build('program');
if (withAlone || groupsToRun.some((group) => group.name === 'tokens')) build('servers');
if (values.build) process.exit(0);

const folder = mkdtempSync(join(tmpdir(), 'sekisho-load-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const files = await writeFiles(folder);

const groups = [];
for (const group of groupsToRun) groups.push(await measure(group, files, shape));
const alone = withAlone ? await measureAlone(files) : undefined;

const parts = { machine: machine(shape), goals: goalsTable(groups, alone), rows: rowsTables(groups) };
console.log(`\n${Object.values(parts).join('\n\n')}`);
// Some rows are no table, and a try is none either.
if (names.length === 0 && !values.print) write(join(REPOSITORY, 'docs', 'performance.md'), parts);
// Every round, for whoever wants to look closer; not committed.
mkdirSync(join(HERE, '.work'), { recursive: true });
writeFileSync(join(HERE, '.work', 'last.json'), JSON.stringify({ shape, groups, alone }, null, 1));
