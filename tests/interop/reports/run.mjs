// Methods that only report, and optional ones: every client of clients.mjs makes every call of cases.mjs, and the server's
// log is compared with what was called. Then one line of the proto is changed, one after the other; and the flag is
// given, for which every method only reports. usage: node run.mjs PATH_OF_SEKISHO TABLE [CLIENT…]
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AUDIENCE, ISSUER, KID, accessToken, newKeys } from '../browsers/tokens.mjs';
import { Process, grpcAddress, until } from '../processes.mjs';
import { CALLS, CREDENTIALS, expected, logged } from './cases.mjs';
import { CLIENTS, build } from './clients.mjs';
import { tables } from './table.mjs';

const REPOSITORY = join(import.meta.dirname, '../../..');

const PROTO = 'kinds/v1/kinds.proto';

const [sekisho, table, ...names] = process.argv.slice(2);
const unknown = names.find((name) => !CLIENTS.some((client) => client.name === name));
if (unknown !== undefined) throw new Error(`no client is named ${unknown}; there are: ${CLIENTS.map(({ name }) => name).join(', ')}`);
const clients = CLIENTS.filter(({ name }) => names.length === 0 || names.includes(name));
const folder = mkdtempSync(join(tmpdir(), 'sekisho-reports-'));
// There are keys in it, and it goes however this ends.
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const keys = { issuer: newKeys(), stranger: newKeys() };
const counts = { passed: 0, failed: 0 };
const results = new Map();

build();
configure();
await stage('as the proto says', ({ reports }) => reports);
await stage('--dangerous-report-only', () => true, { flags: ['--dangerous-report-only'] });
for (const method of new Set(CALLS.filter(({ reports }) => reports).map(({ method }) => method))) {
  const reports = (call) => call.reports && call.method !== method;
  await stage(`${method} enforced`, reports, { environment: { KINDS_DESCRIPTOR_SET: enforced(method) } });
}
writeFileSync(table, tables(clients, results));
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

// --- servers --------------------------------------------------------------------------------------------

// An issuer that is only a key, by a name for the log.
function configure() {
  const jwk = { ...keys.issuer.publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' };
  const jwks = join(folder, 'jwks.json');
  writeFileSync(jwks, JSON.stringify({ keys: [jwk] }));
  const settings = { name: 'tenant', issuer: ISSUER, audience: AUDIENCE, jwks };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  writeFileSync(join(folder, 'sekisho.toml'), ['[[issuers]]', ...lines, ''].join('\n'));
}

// The proto with one line changed, compiled anew: where its descriptor set is.
function enforced(method) {
  const changed = join(folder, method);
  cpSync(join(REPOSITORY, 'tests/proto/kinds'), join(changed, 'kinds'), { recursive: true });
  cpSync(join(REPOSITORY, 'crates/sekisho-policy/proto/sekisho'), join(changed, 'sekisho'), { recursive: true });
  const lines = readFileSync(join(changed, PROTO), 'utf8').split('\n');
  const rule = lines.findIndex((line) => line.includes(`rpc ${method}(`)) + 1;
  if (!lines[rule].includes(' mode: REPORT_ONLY')) throw new Error(`the rule of ${method} is not where it was`);
  lines[rule] = lines[rule].replace(' mode: REPORT_ONLY', '');
  writeFileSync(join(changed, PROTO), lines.join('\n'));
  const set = join(folder, `${method}.binpb`);
  execFileSync('buf', ['build', changed, '--path', join(changed, PROTO), '-o', set], { stdio: ['ignore', 'inherit', 'inherit'] });
  return set;
}

// Every client makes every call; `reports` says which methods only report at this server.
async function stage(name, reports, { flags = [], environment } = {}) {
  const streams = process.env.STREAMS || join(dirname(sekisho), 'examples/streams');
  const common = ['serve', '--config', join(folder, 'sekisho.toml'), '--grpc-listen', '127.0.0.1:0', '--reflection', 'public'];
  const server = new Process(streams, [...common, ...flags], environment);
  try {
    const address = await server.tells('the listener', grpcAddress);
    await warned(name, server, reports);
    for (const client of clients) await called(name, client, address, reports, server);
    const secrets = server.printed.match(/(?<![\w-])eyJ|YTpi/g) ?? [];
    judge(`${name}: the log: no credentials`, [], secrets);
  } finally {
    await server.stop();
  }
}

// Each start names the methods that only report.
async function warned(name, server, reports) {
  const warnings = () => lines(server.printed).filter(({ level, message }) => level === 'WARN' && /only report/.test(message));
  await until(() => warnings().length > 0);
  const wanted = CALLS.filter(reports).map(({ method }) => `/kinds.v1.Kinds/${method}`);
  const found = warnings().flatMap(({ methods }) => methods.split(', ')).filter((method) => method.startsWith('/kinds.v1.'));
  judge(`${name}: the log: a warning at the start`, [...new Set(wanted)].sort(), found.sort());
}

// --- calls ----------------------------------------------------------------------------------------------

async function called(stage, client, address, reports, server) {
  const before = callsIn(server.printed).length;
  const lines = [];
  for (const call of CALLS) {
    for (const credentials of CREDENTIALS) {
      const wanted = expected(call, credentials, reports(call));
      const title = `${stage}: ${client.name}: ${call.method}, ${call.kind}: ${credentials.name}`;
      const found = await client.call({ address, ...call, authorization: authorization(credentials) }).catch((error) => error.message);
      results.set([stage, client.name, call, credentials].map(key).join(), judge(title, wanted, found));
      lines.push(logged(call, credentials, reports(call)));
    }
  }
  await until(() => callsIn(server.printed).length - before >= lines.length, 5);
  judge(`${stage}: ${client.name}: the log`, lines, callsIn(server.printed).slice(before));
}

function key(part) {
  return typeof part === 'string' ? part : `${part.method ?? ''} ${part.kind ?? part.name}`;
}

function authorization({ authorization, token }) {
  if (token === undefined) return authorization;
  const { signedBy = 'issuer', ...claims } = token;
  return `Bearer ${accessToken(keys[signedBy].privateKey, claims)}`;
}

// The lines that tell of a call of ours: grpcurl asks by reflection besides.
function callsIn(log) {
  return lines(log)
    .filter(({ message, method }) => message === 'call' && method.startsWith('/kinds.v1.'))
    .map(({ method, outcome, reason, issuer, subject }) => JSON.parse(JSON.stringify({ method, outcome, reason, issuer, subject })));
}

// The last one may still be on its way.
function lines(log) {
  return log.split('\n').slice(0, -1).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

function judge(title, wanted, found) {
  const [expected, seen] = [wanted, found].map((value) => JSON.parse(JSON.stringify(value)));
  const passed = isDeepStrictEqual(seen, expected);
  counts[passed ? 'passed' : 'failed'] += 1;
  console.log(passed ? `ok ${title}` : `not ok ${title}\n  expected: ${JSON.stringify(expected)}\n  found:    ${JSON.stringify(seen)}`);
  return passed;
}
