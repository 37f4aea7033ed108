// See `streams` for the command line.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { build, HERE, REPOSITORY } from './builds.mjs';
import { figuresOf, heldGoals, heldTable, readFigures, ROWS } from './held.mjs';
import { freePort, generate, Server } from './processes.mjs';
import { serve } from './servers.mjs';
import { machine, write } from './tables.mjs';
import { good, tokenUntil, writeJwks } from './tokens.mjs';

const options = {
  rounds: { type: 'string', default: '5' },
  streams: { type: 'string', default: '10000' },
  connections: { type: 'string', default: '100' },
  print: { type: 'boolean', default: false },
};
const { values, positionals: names } = parseArgs({ options, allowPositionals: true });
const [rounds, streams, connections] = ['rounds', 'streams', 'connections'].map((name) => Number(values[name]));
const rows = ROWS.filter(({ name }) => names.length === 0 || names.includes(name));
if (rows.length === 0) throw new Error(`rows are ${ROWS.map(({ name }) => name).join(', ')}`);

// From the tokens' making to the first end: all streams are opened, and a quiet second is measured.
const UNTIL_THE_END = 9000;
const LEEWAY = 5000;
const TOKENS = 100;

const folder = mkdtempSync(join(tmpdir(), 'sekisho-streams-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const files = { folder, jwks: writeJwks(folder) };
const token = join(folder, 'token');
writeFileSync(token, good);
const { found: programs } = build('held');

const measured = rows.map((row) => ({ ...row, rounds: [] }));
// By turns, so that what else goes on falls on all of them.
for (let at = 1; at <= rounds; at++) {
  for (const row of measured) row.rounds.push(await inTime(row));
  console.error(`round ${at} of ${rounds}`);
}
const shape = `${streams} streams over ${connections} connections, ${rounds} rounds`;
const parts = { streams: [machineOf(shape), heldGoals(measured), heldTable(measured)].join('\n\n') };
console.log(parts.streams);
if (names.length === 0 && !values.print) write(join(REPOSITORY, 'docs', 'performance.md'), parts);
mkdirSync(join(HERE, '.work'), { recursive: true });
writeFileSync(join(HERE, '.work', 'last-streams.json'), JSON.stringify({ shape, measured }, null, 1));

function machineOf(shape) {
  return machine({}).split('\n').filter((line) => !/h2load|rounds/.test(line)).concat(`- ${shape}`).join('\n');
}

// A machine that stands still for seconds opens the streams too late: the round is then made again.
async function inTime(row, attempts = 3) {
  try {
    return await round(row);
  } catch (error) {
    if (attempts === 1 || !/took too long/.test(error.message)) throw error;
    console.error(`${row.name}: once more, since it took too long to open all streams`);
    return inTime(row, attempts - 1);
  }
}

async function round({ method, within }) {
  const port = String(await freePort());
  const command = [join(programs, 'ours-streams'), ...serve(port, files), '--leeway', `${LEEWAY}ms`];
  const server = new Server(command, { log: join(folder, 'server.log') });
  try {
    await server.listens(port);
    const held = join(folder, 'held');
    writeFileSync(held, lines(Date.now() + UNTIL_THE_END, within));
    const words = [port, String(server.pid), method, String(connections), held, token];
    return figuresOf(readFigures(await generate(join(programs, 'held-streams'), words)), streams);
  } finally {
    await server.stop();
  }
}

// A stream's end and its token. `within` is how many milliseconds after the first one the last one ends.
function lines(begins, within) {
  const tokens = Array.from({ length: TOKENS }, (_, at) => {
    const ends = begins + Math.floor((within * at) / TOKENS);
    return `${ends * 1000} ${tokenUntil((ends - LEEWAY) / 1000, `auth0|${at}`)}`;
  });
  return Array.from({ length: streams }, (_, at) => tokens[at % TOKENS]).join('\n');
}
