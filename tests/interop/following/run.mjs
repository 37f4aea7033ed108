// Clients that follow a stream for longer than their tokens live. Prints a line a case, and writes what was seen as
// Markdown. usage: node run.mjs PATH_OF_SEKISHO TABLE [NAME…]; the program `streams` is looked for beside sekisho.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Report } from '../issuers/runner/report.mjs';
import { rows } from './cases.mjs';
import { clients } from './clients.mjs';
import { World } from './world.mjs';

const [sekisho, table, ...names] = process.argv.slice(2);
const streams = process.env.STREAMS ?? join(dirname(sekisho ?? ''), 'examples/streams');
const chosen = names.length === 0 ? clients : clients.filter(({ name }) => names.includes(name));
if (!table || !existsSync(streams) || chosen.length < new Set(names).size) {
  console.error(`usage: run.mjs PATH_OF_SEKISHO TABLE [NAME…], names being ${clients.map(({ name }) => name).join(', ')}`);
  console.error('and needs the example `streams`: cargo build --example streams');
  process.exit(2);
}
const cases = rows.flatMap(({ cases }) => cases);
const report = new Report();
const lines = [];
for (const client of chosen) lines.push(`| ${[client.name, ...(await resultsOf(client))].join(' | ')} |`);
const head = ['', ...cases.map(({ name }) => name)];
writeFileSync(table, [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines, ''].join('\n'));
console.log(`${report.passed} passed, ${report.failed} failed`);
process.exit(report.failed === 0 && report.passed > 0 ? 0 : 1);

// One cell for each case.
async function resultsOf(client) {
  try {
    await client.build();
  } catch (error) {
    for (const { name } of cases) report.broken(`${client.name}: ${name}`, error);
    return cases.map(() => '✗');
  }
  return (await Promise.all(rows.map((row) => rowOf(client, row)))).flat();
}

async function rowOf(client, { lifetime, cases }) {
  const world = await World.start(streams, lifetime);
  const cells = [];
  for (const each of cases) cells.push((await passes(client, each, world)) ? '✓' : '✗');
  await world.close();
  return cells;
}

async function passes(client, each, world) {
  const name = `${client.name}: ${each.name}`;
  try {
    return report.see(name, each.expected, asExpected(await world.see(client, each), each.expected));
  } catch (error) {
    report.broken(name, error);
    return false;
  }
}

// What was found, with a number that is within its bounds written as these.
function asExpected(found, expected) {
  const fits = ({ atLeast = 0 }, number) => number >= atLeast;
  const cell = ([name, value]) => [name, isBounds(expected[name]) && fits(expected[name], value) ? expected[name] : value];
  return Object.fromEntries(Object.entries(found).map(cell));
}

function isBounds(value) {
  return typeof value === 'object' && !Array.isArray(value);
}
