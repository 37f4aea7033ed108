// Follows the ten minutes of docs/teams.md to the letter. usage: node tutorial.mjs DOCUMENT FOLDER RESULTS
//
// Of each block of commands there is RESULTS/N.name, its first line; N.code, its exit code; and N.said, what it printed on
// stdout. Where the document shows that, it is in N.shown.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [document, folder, results] = process.argv.slice(2);
const steps = readFileSync(document, 'utf8').split('\n## ').find((section) => section.startsWith('Ten minutes\n'));
const blocks = [...steps.matchAll(/^ {3}```(\w+)\n(.*?)^ {3}```$/gms)];
mkdirSync(results);
let shop = folder;
let commands = 0;
let protos = 0;

for (const [, kind, indented] of blocks) {
  const text = indented.replace(/^ {3}/gm, '');
  if (kind === 'sh') run(text);
  else if (kind === 'text') writeFileSync(join(results, `${commands}.shown`), text);
  else if (kind === 'yaml') writeFileSync(join(shop, 'buf.gen.yaml'), text);
  else if (kind === 'proto') proto(text);
  else throw new Error(`what to do with ${kind}?`);
}

function run(text) {
  commands += 1;
  const { status, stdout, stderr } = spawnSync('bash', ['-ec', text], { cwd: shop, encoding: 'utf8' });
  writeFileSync(join(results, `${commands}.name`), text.split('\n')[0]);
  writeFileSync(join(results, `${commands}.code`), String(status));
  writeFileSync(join(results, `${commands}.said`), stdout);
  process.stderr.write(stderr);
  if (text.startsWith('mkdir shop')) shop = join(folder, 'shop');
}

// The first is a whole file; the second is its service with rules, and the import before it.
function proto(text) {
  const file = join(shop, 'proto/orders/v1/orders.proto');
  protos += 1;
  const whole = protos === 1 ? text : readFileSync(file, 'utf8').replace(/^service .*?^\}\n/ms, () => text);
  writeFileSync(file, whole);
}
