// Programs that a runner starts, what they print, and how they end.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const running = new Set();

// Nothing that was started stays, however the runner ends.
process.on('exit', () => running.forEach((child) => ['SIGTERM', 'SIGCONT'].forEach((signal) => send(child, signal))));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

// Settings of whoever runs this would be the programs' too, and a proxy would stand between.
const ours = Object.entries(process.env).filter(([name]) => !/^(SEKISHO_(?!CI_TOOLS)|OIDC_|RUST_LOG$)/.test(name));
const environment = { ...Object.fromEntries(ours), NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' };

// Each has a process group of its own, and what it starts is in it.
function send(child, signal) {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

export class Process {
  // On stdout and stderr, and on each alone.
  printed = '';
  answer = '';
  complaint = '';
  #child;
  #end;

  constructor(command, args, more = {}) {
    this.#child = spawn(command, args, {
      env: { ...environment, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.printed += text));
    }
    this.#child.stdout.on('data', (text) => (this.answer += text));
    this.#child.stderr.on('data', (text) => (this.complaint += text));
    // One that could not even begin is told of by both.
    this.#child.on('error', (error) => {
      this.printed += error;
      this.complaint += error;
    });
    this.#end = new Promise((resolve) => this.#child.on('close', resolve));
    this.#end.then(() => running.delete(this.#child));
  }

  get hasEnded() {
    return !running.has(this.#child);
  }

  // What `match` makes of what was printed, once it makes something of it.
  async tells(what, match, seconds) {
    const found = await until(() => match(this.printed) ?? (this.hasEnded ? null : undefined), seconds);
    if (found) return found;
    throw new Error(`waiting for ${what}; the last that was printed:\n${this.printed.slice(-3000)}`);
  }

  // Asks it to end, and gives its exit code.
  stop() {
    this.#child.kill('SIGTERM');
    return this.ended();
  }

  // What a signal means is up to the program.
  signal(name) {
    this.#child.kill(name);
  }

  // Until it is resumed, the system accepts connections for it, and nothing answers.
  suspend() {
    send(this.#child, 'SIGSTOP');
  }

  resume() {
    send(this.#child, 'SIGCONT');
  }

  // Its exit code. What does not end in so many seconds is ended, with all that it has started, and has none.
  async ended(seconds = 30) {
    const patience = setTimeout(() => send(this.#child, 'SIGKILL'), seconds * 1000);
    const code = await this.#end;
    clearTimeout(patience);
    return code;
  }
}

// A program that is run to its end.
export async function run(command, args, { environment, seconds = 60 } = {}) {
  const process = new Process(command, args, environment);
  const code = await process.ended(seconds);
  return { code, stdout: process.answer, stderr: process.complaint };
}

// The address of sekisho's gRPC listener, once its log (as JSON) tells it.
export function grpcAddress(log) {
  const line = log.split('\n').find((each) => each.includes('"listening"') && each.includes('"grpc"'));
  return line && /"addr":"([^"]+)"/.exec(line)[1];
}

// Asks until there is an answer other than undefined or false, and gives the last one.
export async function until(ask, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if ((answer !== undefined && answer !== false) || Date.now() > deadline) return answer;
    await pause(50);
  }
}

// Ports that nobody listens on, for programs that have to know theirs beforehand. Not of those from which the system
// chooses (Linux from 32768, others from 49152, unless told otherwise): it might give one away before it is used.
export async function freePorts(number) {
  const ports = new Set();
  while (ports.size < number) {
    const port = randomInt(10_000, 32_768);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port) {
  const socket = createServer();
  try {
    socket.listen(port, '127.0.0.1');
    await once(socket, 'listening');
  } catch {
    return false;
  }
  await once(socket.close(), 'close');
  return true;
}
