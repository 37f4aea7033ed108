// Tables of Markdown, and where docs/performance.md has them.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';

import { REPOSITORY, run } from './builds.mjs';
import { ofRounds, ratio } from './figures.mjs';
import { goalRows, spread } from './goals.mjs';

export function goalsTable(groups, alone) {
  const head = ['', 'goal', 'found, requests a second', 'found, CPU a call', 'reached'];
  return table(head, goalRows(groups, alone));
}

export function rowsTables(groups) {
  return groups.map(groupTable).join('\n\n');
}

function groupTable(group) {
  const base = group.rows.find((row) => row.name === group.base);
  const head = ['row', 'what', 'requests a second', 'ratio', 'CPU a call', 'ratio', 'core busy'];
  const measured = group.rows.map((row) => cells(row, base));
  const missing = group.missing.map((row) => [code(row.name), row.what, `not run: ${row.reason}`, '', '', '', '']);
  const to = base ? `; ratios are to ${code(base.name)}` : '';
  const how = `Each figure is the median of ${rounds(group)} rounds (and between what they were)${to}.`;
  return [`### ${group.title}`, how, table(head, [...measured, ...missing])].join('\n\n');
}

function rounds(group) {
  return group.rows[0]?.rounds.length ?? 'no';
}

function cells(row, base) {
  const perSecond = ofRounds(row, 'perSecond');
  const ratios = ['perSecond', 'cpu'].map((figure) => (base ? spread(ratio(row, base, figure)) : ''));
  const what = row.note ? `${row.what} (${row.note})` : row.what;
  const busy = `${Math.round(ofRounds(row, 'busy').middle * 100)} %`;
  return [code(row.name), what, spread(perSecond, 0), ratios[0], cpu(row), ratios[1], busy];
}

// Of a proxy and its server together, and what is the proxy's own of it.
function cpu(row) {
  const all = `${spread(ofRounds(row, 'cpu'))} us`;
  return 'own' in row.rounds[0] ? `${all}; the proxy's own: ${spread(ofRounds(row, 'own'))} us` : all;
}

function code(name) {
  return `\`${name}\``;
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

// The machine and what was run on it: one item a line.
export function machine({ seconds, rounds }) {
  const processors = cpus();
  const lines = [
    `${processors[0].model.trim()}, ${processors.length} cores, Linux ${release()}`,
    [tell('rustc'), tell('cargo')].join(', '),
    `${tell('h2load')}, Node.js ${process.version}, ${tell('go', 'version')}`,
    `commit ${commit()}, ${new Date().toISOString().slice(0, 10)}`,
    `${rounds} rounds of ${seconds} s a row`,
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function commit() {
  return run('git', ['-C', REPOSITORY, 'describe', '--always', '--dirty']).trim();
}

function tell(command, argument = '--version') {
  try {
    return run(command, [argument]).trim().split('\n')[0];
  } catch {
    return `no ${command}`;
  }
}

// Puts each part where the document has `<!-- NAME: begin … -->`.
export function write(document, parts) {
  let text = readFileSync(document, 'utf8');
  for (const [name, part] of Object.entries(parts)) {
    const section = new RegExp(`(<!-- ${name}: begin.*?-->\n).*(<!-- ${name}: end -->)`, 's');
    if (!section.test(text)) throw new Error(`${document} has no place for ${name}`);
    text = text.replace(section, (_all, begin, end) => `${begin}\n${part}\n\n${end}`);
  }
  writeFileSync(document, text);
}
