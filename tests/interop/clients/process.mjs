// A program that is run to its end.
import { spawn } from 'node:child_process';

// What it printed and how it ended. One that hangs for `limit` milliseconds is ended, and its exit code is none.
export function run(program, args, { environment = {}, limit = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limit, killSignal: 'SIGKILL' });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => (output[stream] += text));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...output, code }));
  });
}
