// That what is measured is what is released: the servers' release profile is the program's, and each row has its server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HERE, REPOSITORY } from './builds.mjs';
import { GOALS } from './goals.mjs';
import { allNames, GROUPS } from './rows.mjs';
import { SERVERS } from './servers.mjs';

// The sections of a manifest that say how a release is built, as text.
function releaseProfile(folder) {
  const sections = readFileSync(join(folder, 'Cargo.toml'), 'utf8').split(/^(?=\[)/m);
  const lines = (section) => section.split('\n').map((line) => line.replace(/\s*#.*$/, '').trim()).filter(Boolean);
  return sections.filter((section) => section.startsWith('[profile.release')).map(lines).sort().join('\n');
}

const faults = [];
const [ours, servers] = [REPOSITORY, join(HERE, 'servers')].map(releaseProfile);
if (!ours || ours !== servers) {
  faults.push(`servers/Cargo.toml has another release profile than the program:\n${servers}\nand not\n${ours}`);
}

const names = allNames();
const twice = names.filter((name, at) => names.indexOf(name) !== at);
if (twice.length > 0) faults.push(`two rows or groups of one name: ${twice}`);
for (const group of GROUPS) {
  if (!group.rows.some((row) => row.name === group.base)) faults.push(`${group.name} has no row ${group.base}`);
  for (const row of group.rows) if (!SERVERS[row.server]) faults.push(`${row.name}: no server ${row.server}`);
}

for (const [name, { before }] of Object.entries(SERVERS)) {
  if (before && !SERVERS[before]) faults.push(`${name}: no server ${before} to stand before`);
}

// Ratios are those of a round.
for (const { row, to } of GOALS) {
  const together = GROUPS.some(({ rows }) => [row, to].every((name) => rows.some((each) => each.name === name)));
  if (!together) faults.push(`no group has both ${row} and ${to}`);
}

const document = readFileSync(join(REPOSITORY, 'docs', 'performance.md'), 'utf8');
for (const part of ['machine', 'goals', 'rows', 'streams', 'profile']) {
  if (!document.includes(`<!-- ${part}: begin`)) faults.push(`docs/performance.md has no place for ${part}`);
}

faults.forEach((fault) => console.error(fault));
process.exitCode = faults.length > 0 ? 1 : 0;
