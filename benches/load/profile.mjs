// See `profile` for the command line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { build, REPOSITORY, run, target } from './builds.mjs';
import { byOwner } from './callgrind.mjs';
import { checkAnswer } from './calls.mjs';
import { flameGraph } from './flame.mjs';
import { h2load } from './load.mjs';
import { writeFiles } from './measure.mjs';
import { freePort, listening } from './processes.mjs';
import { serve } from './servers.mjs';
import { write } from './tables.mjs';

const options = { calls: { type: 'string', default: '20000' }, print: { type: 'boolean', default: false } };
const { values } = parseArgs({ options });
const calls = Number(values.calls);
const LEAST_SHARE = 0.005;

const folder = mkdtempSync(join(tmpdir(), 'sekisho-profile-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const files = await writeFiles(folder);
const inferno = build('inferno');
if (inferno.missing) throw new Error(`no flame graph without inferno: ${inferno.missing}`);
const sekisho = withLineTables();
const picture = await flameGraph(sekisho, inferno.found, files);
const instructions = byOwner(readFileSync(await profile(sekisho), 'utf8'), REPOSITORY);
const table = tableOf(instructions);
console.log(table);
if (!values.print) {
  write(join(REPOSITORY, 'docs', 'performance.md'), { profile: table });
  writeFileSync(join(REPOSITORY, 'docs', 'remembered-call.svg'), picture);
}

// In a folder of its own: another profile builds all of it anew, and what is measured stays as it is.
function withLineTables() {
  const where = join(target(), 'profile');
  const environment = {
    CARGO_PROFILE_RELEASE_STRIP: 'none',
    CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
    CARGO_TARGET_DIR: where,
  };
  console.error('building: the program, with line tables');
  const manifest = join(REPOSITORY, 'Cargo.toml');
  run('cargo', ['build', '--release', '--locked', '--quiet', '--bin', 'sekisho', '--manifest-path', manifest], { environment });
  return join(where, 'release', 'sekisho');
}

// The file with the counts of so many calls, after others that are not counted.
async function profile(sekisho) {
  const port = await freePort();
  const out = join(folder, 'callgrind.out');
  const names = ['--compress-strings=no', '--compress-pos=no'];
  const settings = ['--tool=callgrind', '--instr-atstart=no', ...names, `--callgrind-out-file=${out}`];
  const env = { ...process.env, TOKIO_WORKER_THREADS: '1' };
  const server = spawn('valgrind', [...settings, sekisho, ...serve(port, files)], { stdio: 'ignore', env });
  process.on('exit', () => server.kill('SIGKILL'));
  await listening(port);
  const load = h2load({ connections: 4, streams: 32 });
  await checkAnswer(port, {}, load);
  await load.count({ port, files, calls: 1000 });
  run('callgrind_control', ['--instr=on', String(server.pid)]);
  await load.count({ port, files, calls });
  run('callgrind_control', ['--instr=off', String(server.pid)]);
  server.kill('SIGTERM');
  await once(server, 'close');
  return out;
}

function tableOf(owners) {
  const all = [...owners.values()].reduce((sum, each) => sum + each, 0);
  const sorted = [...owners].sort(([, a], [, b]) => b - a);
  const large = sorted.filter(([, each]) => each / all >= LEAST_SHARE);
  const rest = sorted.slice(large.length).reduce((sum, [, each]) => sum + each, 0);
  const line = ([owner, each]) => `| ${owner} | ${Math.round(each / calls)} | ${((100 * each) / all).toFixed(1)} % |`;
  const head = ['| whose code | instructions a call | share |', '| --- | --- | --- |'];
  return [...head, ...[...large, ['all others', rest], ['all', all]].map(line)].join('\n');
}
