// Builds the page into dist/, byte by byte the same from the same sources. usage: node build.mjs
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const LARGEST_SCRIPT = 60 * 1024; // gzipped

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');

const result = await build({
  absWorkingDir: here,
  entryPoints: [
    { in: 'src/main.ts', out: 'app' },
    { in: 'src/style.css', out: 'app' },
  ],
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome111', 'firefox115', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  outdir: 'dist/assets',
  entryNames: '[name]-[hash]',
  metafile: true,
  write: false,
  logLevel: 'warning',
});

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'assets'), { recursive: true });
for (const { path, contents } of result.outputFiles) await writeFile(path, contents);
await writeFile(join(dist, 'index.html'), page(await readFile(join(here, 'src/index.html'), 'utf8')));
await copyFile(join(here, 'src/favicon.svg'), join(dist, 'favicon.svg'));
await writeFile(join(dist, 'licenses.txt'), await licenses());
report();

function output(extension) {
  return result.outputFiles.find(({ path }) => path.endsWith(extension));
}

function page(template) {
  const names = { style: output('.css'), script: output('.js') };
  return template.replace(/\{\{(\w+)\}\}/g, (_whole, name) => relative(join(dist, 'assets'), names[name].path));
}

// The licences of what is in the script, which are to go with it.
async function licenses() {
  const inputs = Object.keys(result.metafile.inputs).filter((path) => path.includes('node_modules/'));
  const names = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)[1]);
  const texts = [...new Set(names)].sort().map(license);
  return (await Promise.all(texts)).join(`\n${'-'.repeat(100)}\n\n`);
}

async function license(name) {
  const folder = join(here, 'node_modules', name);
  const { version, license: kind } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version}, ${kind}\n${file ? `\n${await readFile(join(folder, file), 'utf8')}` : ''}`;
}

function report() {
  for (const { path, contents } of result.outputFiles) {
    const zipped = gzipSync(contents, { level: 9 }).length;
    console.log(`${relative(here, path).split(sep).join('/')}: ${contents.length} bytes, ${zipped} gzipped`);
    if (path.endsWith('.js') && zipped > LARGEST_SCRIPT) throw new Error(`the script is over ${LARGEST_SCRIPT} bytes`);
  }
}
