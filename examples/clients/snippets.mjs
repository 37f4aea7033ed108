// Writes into a document what stands between `snippet: begin` and `snippet: end` in a source file, wherever the
// document has the line `<!-- snippet: FILE -->` and a fenced block after it. usage: node snippets.mjs DOCUMENT…
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PLACE = /(<!-- snippet: (\S+) -->\n+```[\w,]*\n).*?(```)/gs;

for (const document of process.argv.slice(2)) {
  const text = readFileSync(document, 'utf8');
  let places = 0;
  const written = text.replace(PLACE, (_all, before, file, after) => {
    places += 1;
    return `${before}${snippet(join(dirname(document), file))}\n${after}`;
  });
  // A marker without its block would be a snippet that nobody reads.
  const marked = text.match(/<!-- snippet: /g)?.length ?? 0;
  if (places === 0 || places !== marked) throw new Error(`${document}: ${marked} markers, ${places} blocks`);
  writeFileSync(document, written);
}

function snippet(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const [begin, end] = ['begin', 'end'].map((mark) => onlyLine(file, lines, `snippet: ${mark}`));
  const inside = lines.slice(begin + 1, end);
  if (inside.every((line) => line.trim() === '')) throw new Error(`${file}: there is nothing between the marks`);
  const indented = inside.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indented);
  return inside.map((line) => line.slice(common).trimEnd()).join('\n').trim();
}

function onlyLine(file, lines, mark) {
  const found = lines.flatMap((line, at) => (line.trimEnd().endsWith(mark) ? [at] : []));
  if (found.length !== 1) throw new Error(`${file}: \`${mark}\` stands there ${found.length} times`);
  return found[0];
}
