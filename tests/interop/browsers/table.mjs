// The lines of run.mjs, on standard input, as a table: clients and browsers down, kinds of cases across.
import { readFileSync } from 'node:fs';
import { CLIENTS, COLUMNS } from './cases.mjs';

const BROWSERS = ['Chromium', 'Firefox'];

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const crates = readFileSync(new URL('wasm/Cargo.toml', import.meta.url), 'utf8');

const cases = readFileSync(0, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'))
  .map(([, expected, found, place]) => ({ passed: expected === found, ...JSON.parse(place) }));

const rows = CLIENTS.flatMap((client) =>
  BROWSERS.map((browser) => [named(client), browser, ...Object.keys(COLUMNS).map((column) => cell(client, browser, column))]),
);
const head = ['library', 'browser', ...Object.values(COLUMNS)];
for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
console.log();
for (const { id, note } of unique(cases.flatMap(({ differences = [] }) => differences))) {
  console.log(`[^${id}]: ${note}`);
}

function named({ package: name, format }) {
  const version = manifest.devDependencies[name] ?? crates.match(new RegExp(`^${name} = "=(.*)"$`, 'm'))[1];
  return [`\`${name}\` ${version}`, format].filter(Boolean).join(', ');
}

// A column that has no case is a failure too.
function cell(client, browser, column) {
  const here = cases.filter((each) => each.client === client.name && each.browser === browser && each.column === column);
  if (here.length === 0 || !here.every(({ passed }) => passed)) return '✗';
  const differences = unique(here.flatMap(({ differences = [] }) => differences));
  return differences.map((one) => `${one.cell}[^${one.id}]`).join(', ') || '✓';
}

function unique(differences) {
  return [...new Map(differences.map((one) => [one.id, one])).values()];
}
