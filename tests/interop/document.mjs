// Puts a table where a document has it: between `<!-- NAME: begin … -->` and `<!-- NAME: end -->`.
// usage: node document.mjs DOCUMENT NAME TABLE
import { readFileSync, writeFileSync } from 'node:fs';

const [document, name, table] = process.argv.slice(2);
const text = readFileSync(document, 'utf8');
const section = new RegExp(`(<!-- ${name}: begin.*?-->\n).*(<!-- ${name}: end -->)`, 's');
const written = readFileSync(table, 'utf8').trim();
if (!written.includes('|')) throw new Error(`${table} is no table`);
if (!section.test(text)) throw new Error(`${document} has no place for ${name}`);
writeFileSync(document, text.replace(section, (_all, begin, end) => `${begin}\n${written}\n\n${end}`));
