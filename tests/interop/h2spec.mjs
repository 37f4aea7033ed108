// Reads h2spec's report beside what is known of it.   usage: h2spec.mjs REPORT KNOWN RUN
// One line a case, by tabs: the case, what it is known to do, what it did, and why (or what it saw instead).
import { readFileSync } from 'node:fs';

const CASE = /<testcase package="([^"]*)" classname="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g;
const ENTITIES = { '&#34;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' };

function report(text) {
  return new Map([...text.matchAll(CASE)].map(([, section, title, content]) => [`${section} ${plain(title)}`, result(content)]));
}

function plain(text) {
  return text.replace(/&(#34|#39|lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}

function result(content) {
  const saw = plain(content.replace(/<[^>]*>/g, '')).trim().replace(/\s*\n\s*/g, '; ');
  if (/<(failure|error)>/.test(content)) return { did: 'fails', saw };
  return { did: content.includes('<skipped>') ? 'skipped' : 'passes', saw: 'nothing else' };
}

// OUTCOME | RUN | CASE | WHY
function known(text, run) {
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  const cases = lines.map((line) => line.split(' | ')).filter(([, of]) => of === run);
  return new Map(cases.map(([does, , title, why]) => [title, { does, why }]));
}

const [reported, expected] = process.argv.slice(2, 4).map((path) => readFileSync(path, 'utf8'));
const found = report(reported);
const list = known(expected, process.argv[4]);
for (const title of new Set([...found.keys(), ...list.keys()])) {
  const { did, saw } = found.get(title) ?? { did: 'not run', saw: 'nothing' };
  const { does, why } = list.get(title) ?? { does: 'passes', why: '' };
  console.log([title, does, did, did === does && why ? why : saw].join('\t'));
}
