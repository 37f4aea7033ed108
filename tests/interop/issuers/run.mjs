// `sekisho serve` with real authorization servers, one after the other: prints a line a case, and writes what was seen
// into a table, where all were asked. usage: node run.mjs PATH_OF_SEKISHO TABLE_OUT [NAME…]
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { examine } from './runner/examine.mjs';
import { Report } from './runner/report.mjs';
import { table } from './runner/table.mjs';

const ALL = ['keycloak', 'hydra', 'spring', 'oidc-provider', 'oidc-provider-auth0', 'zitadel', 'oauth2-mock-server'];

const [program, out, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => !ALL.includes(name));
if (!program || !existsSync(program) || !out || unknown.length > 0) {
  console.error(`usage: run.mjs PATH_OF_SEKISHO TABLE_OUT [NAME…], names being ${ALL.join(', ')}`);
  process.exit(2);
}

const report = new Report();
const results = [];
for (const name of names.length > 0 ? names : ALL) {
  const { default: definition } = await import(`./${name}/issuer.mjs`);
  const started = performance.now();
  const seen = await examine(resolve(program), name, definition, report);
  console.error(`${name}: ${Math.round((performance.now() - started) / 1000)} s`);
  results.push({ definition, seen });
}
if (results.length === ALL.length) writeFileSync(out, table(results));

console.log(`${report.passed} passed, ${report.failed} failed`);
process.exit(report.failed === 0 && report.passed > 0 ? 0 : 1);
