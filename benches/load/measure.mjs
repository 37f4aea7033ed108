// Rounds: the rows of a group take turns, so that what else the machine does falls on all of them.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { build, run } from './builds.mjs';
import { checkAnswer, checkGuard } from './calls.mjs';
import { freePort, Proxied, Server } from './processes.mjs';
import { buildsOf, SERVERS } from './servers.mjs';
import { writeJwks } from './tokens.mjs';

const WARM_UP = 1;

// What servers are given: the keys as a file and at a URL, and a certificate.
export async function writeFiles(folder) {
  const jwks = writeJwks(folder);
  const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => join(folder, name));
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  run('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate]);
  const text = readFileSync(jwks);
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(text));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.unref();
  return { folder, jwks, jwksUrl: `http://127.0.0.1:${server.address().port}/jwks.json`, certificate, key };
}

// { rows, missing, memory }: of each row its rounds, each { calls, cpu }, and what was not run, each with a reason.
export async function measure(group, files, { seconds, rounds }) {
  const running = new Map();
  const rows = [];
  const missing = [];
  try {
    for (const row of group.rows) {
      // One that does not stand the warm-up is told of, and left out.
      const ready = prepare(row, files, running).then((reason) => reason ?? warmUp(row, running, files));
      const reason = await ready.catch((error) => error.message);
      if (reason) missing.push({ ...row, reason: oneLine(row, reason) });
      else rows.push({ ...row, note: SERVERS[row.server].note?.(), rounds: [] });
    }
    for (let at = 1; at <= rounds; at++) {
      for (const row of rows) row.rounds.push(await round(row, running, files, seconds));
      console.error(`${group.name}: round ${at} of ${rounds}`);
    }
    // What it holds now, in MiB.
    for (const row of rows) row.memory = running.get(row.process).server.memory();
  } finally {
    for (const { server } of running.values()) await server.stop();
  }
  return { ...group, rows, missing };
}

function oneLine({ name }, reason) {
  console.error(`${name} is not run: ${reason}`);
  return reason.trim().split('\n')[0].slice(0, 300);
}

// Starts the row's server, if it does not run, and sees that it judges and answers as it should. Says why it cannot be.
async function prepare(row, files, running) {
  const kind = SERVERS[row.server];
  const { missing } = buildsOf(row.server).map(build).find((built) => built.missing) ?? {};
  if (missing) return missing;
  if (!running.has(row.process)) running.set(row.process, await start(row.server, row.process, files));
  const { port } = running.get(row.process);
  // A server that lets in what it should not is no row to leave out: the run ends.
  if (kind.guarded) await checkGuard(port, kind, row.load).catch((error) => fatal(row, error));
  row.bytes = await checkAnswer(port, kind, row.load);
}

function fatal(row, error) {
  console.error(`${row.name} does not judge tokens as it should: ${error.message}`);
  process.exit(1);
}

// { port, server } of a server by name, started after the one that it stands before. `process` names its log.
async function start(name, process, files) {
  const { before, cores, ...kind } = SERVERS[name];
  const behind = before && (await start(before, `${process}-behind`, files));
  const port = await freePort();
  const command = kind.command(String(port), build(kind.build).found, files, behind?.port);
  const front = new Server(command, { cores, log: join(files.folder, `${process}.log`) });
  const server = behind ? new Proxied(front, behind.server) : front;
  await front.listens(port).catch(async (error) => {
    await server.stop();
    throw error;
  });
  return { port, server };
}

async function warmUp(row, running, files) {
  await round(row, running, files, WARM_UP);
}

async function round(row, running, files, seconds) {
  const { port, server } = running.get(row.process);
  const [before, ownBefore] = [server.cpuSeconds(), server.front?.cpuSeconds()];
  const calls = await row.load.run({ port, server: SERVERS[row.server], files, seconds, bytes: row.bytes });
  const cpu = server.cpuSeconds() - before;
  const micros = (some) => (some / calls) * 1e6;
  const own = server.front && { own: micros(server.front.cpuSeconds() - ownBefore) };
  server.trimLog();
  return { calls, perSecond: calls / seconds, cpu: micros(cpu), ...own, busy: cpu / seconds };
}
