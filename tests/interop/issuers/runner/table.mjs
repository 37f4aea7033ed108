// What was seen, for the documentation. There is nothing of this run in it, but what was seen.
import { cases } from './cases.mjs';

// Cases that have no column, since each issuer has its own.
const OWN = ['besides', 'variants'];

// `results`: definition and columns of each issuer.
export function table(results) {
  const columns = cases.map(({ column }) => column).filter((column) => !OWN.includes(column));
  const notes = [];
  const rows = results.map(({ definition, seen }) => [
    definition.title,
    definition.version,
    ...columns.map((column) => cell(definition, column, seen[column], notes)),
  ]);
  const lines = [
    ...markdown(['issuer', 'version', ...columns], rows),
    '',
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    '',
    ...markdown(['issuer', 'its own', 'answer'], results.flatMap(ownRows)),
  ];
  return `${lines.join('\n')}\n`;
}

function cell(definition, column, good, notes) {
  const { cannot, differs, notes: own } = definition;
  const note = cannot?.[column] ?? differs?.[column]?.note ?? own?.[column];
  const mark = note ? ` <sup>${number(notes, note)}</sup>` : '';
  if (cannot?.[column]) return `—${mark}`;
  if (!good) return '✗';
  return `${differs?.[column] ? `\`${differs[column].expected.reason}\`` : '✓'}${mark}`;
}

function number(notes, note) {
  if (!notes.includes(note)) notes.push(note);
  return notes.indexOf(note) + 1;
}

function ownRows({ definition, seen }) {
  const own = [...(definition.besides ?? []), ...(definition.variants ?? []).flatMap((variant) => variant.besides)];
  const good = OWN.every((column) => seen[column] !== false);
  return own.map(({ name, expected }) => [definition.title, name, good ? answer(expected) : '✗']);
}

function answer({ code, message }) {
  return code === 'OK' ? 'answered' : `\`${code}\`: ${message}`;
}

function markdown(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
