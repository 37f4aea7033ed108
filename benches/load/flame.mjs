// A flame graph of a remembered call: where the program's time goes, the kernel's part with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { run } from './builds.mjs';
import { checkAnswer } from './calls.mjs';
import { h2load } from './load.mjs';
import { freePort, Server } from './processes.mjs';
import { serve } from './servers.mjs';

const SECONDS = 5;
const A_SECOND = 499;
// Bytes of the stack that are kept of a sample, the most that there may be: release builds have no frame pointers.
const STACK = 65528;
// Of all samples, in percent: what is narrower is left out.
const NARROWEST = 0.4;
const FONT = { size: 12, widthOfLetter: 0.59 };

// The picture, as SVG. `inferno` is the folder of its commands.
export async function flameGraph(sekisho, inferno, files) {
  const data = await sample(sekisho, files);
  const script = join(files.folder, 'perf.script');
  // Inlined functions would be asked of addr2line one by one, and are counted by callgrind's table. Without the period,
  // each sample counts as one.
  const fields = ['--fields', 'comm,pid,tid,time,event,ip,sym,dso'];
  writeFileSync(script, run('perf', ['script', '--no-inline', ...fields, '--input', data]));
  const folded = join(files.folder, 'folded');
  writeFileSync(folded, shortened(run(join(inferno, 'inferno-collapse-perf'), [script])));
  const title = ['--title', 'A remembered call of sekisho serve'];
  const subtitle = ['--subtitle', 'by time on its core; what stands on entry_SYSCALL_64 is the kernel'];
  const look = ['--deterministic', '--minwidth', String(NARROWEST), '--fontsize', String(FONT.size)];
  return still(run(join(inferno, 'inferno-flamegraph'), [...title, ...subtitle, ...look, folded]));
}

// perf's file of samples of a server under load.
async function sample(sekisho, files) {
  const port = await freePort();
  const server = new Server([sekisho, ...serve(port, files)], { log: join(files.folder, 'flame.log') });
  const data = join(files.folder, 'perf.data');
  try {
    await server.listens(port);
    const load = h2load({ connections: 4, streams: 32 });
    const bytes = await checkAnswer(port, {}, load);
    const call = (seconds) => load.run({ port, server: {}, files, seconds, bytes });
    await call(1);
    const what = ['--event', 'cpu-clock', '--freq', String(A_SECOND), '--call-graph', `dwarf,${STACK}`];
    const perf = spawn('perf', ['record', '--quiet', ...what, '--pid', String(server.pid), '--output', data], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = once(perf, 'close');
    await call(SECONDS);
    perf.kill('SIGINT');
    await ended;
  } finally {
    await server.stop();
  }
  return data;
}

// Folded stacks with names that can be read: without the arguments of generic functions and types, and without the hash
// that a name ends with.
export function shortened(folded) {
  return folded.replace(/^.*(?= \d+$)/gm, (stack) => stack.split(';').map(shortName).join(';'));
}

function shortName(name) {
  let short = name.replace(/::h[0-9a-f]{16}$/, '').replaceAll('->', '\u2192');
  // From the inside out. What a name begins with, `<Type as Trait>`, stays.
  for (let before; before !== short; ) {
    before = short;
    short = short.replace(/(?<=[\w}\]])(::)?<[^<>]*>/g, '');
  }
  return short.replaceAll('\u2192', '->');
}

// The picture without its script, which is what fits texts into frames: they are cut here, so that it can be shown where
// no script runs. What is narrow has its text when it is pointed at.
export function still(svg) {
  const width = Number(/<svg id="frames"[^>]* width="(\d+)"/.exec(svg)[1]);
  const letters = (percent) => Math.floor(((percent / 100) * width - 6) / (FONT.size * FONT.widthOfLetter));
  return svg
    .replace(/<script[\s\S]*?<\/script>/g, '')
    .replace(/ onload="[^"]*"| fg:\w+="[^"]*"| xmlns:fg="[^"]*"/g, '')
    .replace(/<text id="(details|unzoom|search|matched)"[\s\S]*?<\/text>/g, '')
    .replace(/(width="([\d.]+)%"[^>]*\/>)<text([^>]*)>([^<]*)<\/text>/g, (_all, rect, percent, where, text) => {
      const fitting = cut(text, letters(Number(percent)));
      return fitting ? `${rect}<text${where}>${fitting}</text>` : rect;
    });
}

// Of fewer than three letters nobody would know the rest. An entity such as &lt; is one letter.
function cut(text, letters) {
  const all = text.match(/&\w+;|[^]/g) ?? [];
  if (letters < 3) return '';
  return all.length <= letters ? text : `${all.slice(0, letters - 2).join('')}..`;
}
