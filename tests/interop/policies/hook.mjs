// Prints what pre-commit runs for a hook of the repository, as words between NUL bytes. usage: node hook.mjs ID
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const hooks = parse(readFileSync(new URL('../../../.pre-commit-hooks.yaml', import.meta.url), 'utf8'));
const hook = hooks.find(({ id }) => id === process.argv[2]);
if (!hook) throw new Error(`there is no hook ${process.argv[2]}`);
// Quotes as a POSIX shell reads them, which is how pre-commit splits an entry.
const words = hook.entry.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g).map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
process.stdout.write(words.join('\0') + '\0');
