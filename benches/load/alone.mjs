// What is not a load: how soon the program serves, and what it takes while nobody calls.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build, run } from './builds.mjs';
import { summary } from './figures.mjs';
import { freePort, Server } from './processes.mjs';
import { serve } from './servers.mjs';
import { good } from './tokens.mjs';

const STARTS = 20;

// { start, resident }: milliseconds, and MiB.
export async function measureAlone(files) {
  const sekisho = build('program').found;
  const token = join(files.folder, 'token');
  writeFileSync(token, good);
  return { start: await starts(sekisho, token, files), resident: await resident(sekisho, files) };
}

async function starts(sekisho, token, files) {
  const firstCall = join(build('servers').found, 'first-call');
  const found = [];
  // The first one finds the program on the disk.
  for (let at = 0; at <= STARTS; at++) {
    const port = String(await freePort());
    found.push(Number(run(firstCall, [port, token, sekisho, ...serve(port, files)])));
  }
  return summary(found.slice(1));
}

async function resident(sekisho, files) {
  const found = [];
  for (let at = 0; at < 5; at++) {
    const port = await freePort();
    const server = new Server([sekisho, ...serve(port, files)], { log: join(files.folder, 'idle.log') });
    await server.listens(port);
    found.push(server.memory());
    await server.stop();
  }
  return summary(found);
}
