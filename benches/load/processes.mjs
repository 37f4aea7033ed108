// Processes on cores of their own: what they have used of them, and how they end.
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, closeSync, ftruncateSync, fstatSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const running = new Set();
process.on('exit', () => running.forEach((server) => server.kill()));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

// Settings of whoever runs this would be the servers' too.
const ours = Object.entries(process.env).filter(([name]) => !/^(SEKISHO_(?!CI_TOOLS)|OIDC_|RUST_LOG$|TOKIO_)/.test(name));
const environment = { ...Object.fromEntries(ours), NODE_ENV: 'production' };

const TICKS_A_SECOND = 100; // USER_HZ, which /proc tells times in on every Linux
const LONGEST_LOG = 64 << 20;

// The servers have the first cores, and what calls them the last one.
const last = cpus().length - 1;
export const CORES = { one: '0', two: '0,1', generator: String(last) };

export class Server {
  #child;
  #log;

  // Its log goes to a file, as that of a service does.
  constructor([command, ...args], { cores = CORES.one, log }) {
    this.#log = openSync(log, 'a+');
    const stdio = ['ignore', this.#log, this.#log];
    this.#child = spawn('taskset', ['-c', cores, command, ...args], { stdio, env: environment });
    this.log = log;
    running.add(this.#child);
    this.#child.on('close', () => running.delete(this.#child));
    this.#child.on('error', () => running.delete(this.#child));
  }

  get pid() {
    return this.#child.pid;
  }

  get hasEnded() {
    return !running.has(this.#child);
  }

  // Until it takes connections.
  async listens(port) {
    const found = await listening(port, () => this.hasEnded);
    if (!found) throw new Error(`the server does not listen: ${readFileSync(this.log, 'utf8').slice(-1000)}`);
  }

  // Of all of its threads, in seconds.
  cpuSeconds() {
    const fields = statOf(this.#child.pid);
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  }

  // Resident, in MiB. The number of /proc's `status` is not exact, and was up to 0.4 MiB too small.
  memory() {
    const mappings = readFileSync(`/proc/${this.#child.pid}/smaps_rollup`, 'utf8');
    return Number(/^Rss:\s+(\d+) kB$/m.exec(mappings)[1]) / 1024;
  }

  // A log of every call is soon longer than the disk.
  trimLog() {
    if (fstatSync(this.#log).size > LONGEST_LOG) ftruncateSync(this.#log);
  }

  async stop() {
    if (!this.hasEnded) {
      const ended = once(this.#child, 'close');
      this.#child.kill('SIGKILL');
      await ended;
    }
    closeSync(this.#log);
  }
}

// A server before which a proxy stands, `front`: what the two of them take.
export class Proxied {
  constructor(front, behind) {
    this.front = front;
    this.behind = behind;
  }

  cpuSeconds() {
    return this.front.cpuSeconds() + this.behind.cpuSeconds();
  }

  memory() {
    return this.front.memory() + this.behind.memory();
  }

  trimLog() {
    for (const each of [this.front, this.behind]) each.trimLog();
  }

  async stop() {
    for (const each of [this.front, this.behind]) await each.stop();
  }
}

// What stands behind the name of the program, which may have spaces.
function statOf(pid) {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
}

// Whether somebody takes connections there: asked until it is so, it `hasEnded`, or a minute has passed.
export async function listening(port, hasEnded = () => false) {
  for (const deadline = Date.now() + 60_000; !hasEnded() && Date.now() < deadline; await pause(20)) {
    if (await connects(port)) return true;
  }
  return false;
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => socket.end(() => resolve(true))).on('error', () => resolve(false));
  });
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

// The output of a program that is run to its end on the core of what calls.
export async function generate(command, args) {
  const { stdout } = await promisify(execFile)('taskset', ['-c', CORES.generator, command, ...args], { env: environment });
  return stdout;
}
