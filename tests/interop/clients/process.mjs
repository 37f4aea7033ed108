// A program that is run to its end.
import { spawn } from 'node:child_process';

// What it printed and how it ended. One that hangs for `limit` milliseconds is ended, with all that it has started, and
// its exit code is none.
export function run(program, args, { environment = {}, limit = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    // A group of its own, which can be ended as a whole.
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), limit);
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => (output[stream] += text));
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ ...output, code });
    });
  });
}
