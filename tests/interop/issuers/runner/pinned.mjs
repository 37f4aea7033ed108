// Which version an issuer is: said once, where its package manager reads it.
import { readFileSync } from 'node:fs';

export function pinned(file, pattern) {
  const found = pattern.exec(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
  if (!found) throw new Error(`${file}: no version`);
  return found[1];
}

export function pinnedByNpm(name) {
  return pinned('../package.json', new RegExp(`"${name}": "([^"]+)"`));
}
