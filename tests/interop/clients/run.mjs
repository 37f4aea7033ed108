// Every client of programs.mjs makes every call of cases.mjs. Prints a line for each, and writes what came out side
// by side as Markdown. usage: node run.mjs PATH_OF_SEKISHO TABLE [NAME…]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MANY, SOME, cases } from './cases.mjs';
import { programs } from './programs.mjs';
import { Servers } from './servers.mjs';
import { tables } from './table.mjs';

const [sekisho, table, ...names] = process.argv.slice(2);
const chosen = names.length === 0 ? programs : [...new Set(names)].map((name) => named(name));
const folder = mkdtempSync(join(tmpdir(), 'sekisho-clients-'));
// There are keys in it, and it goes however this ends.
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const servers = new Servers(sekisho, folder);
const counts = { passed: 0, failed: 0, notShown: 0 };
const results = new Map();
try {
  for (const program of chosen) {
    results.set(program, await resultsOf(program));
    for (const check of program.checks ?? []) await checked(program, check);
  }
  for (const [program, found] of results) results.set(program, await Promise.all(found));
} finally {
  await servers.stop();
}
writeFileSync(table, tables(results, cases));
console.log(`${counts.notShown} cannot be shown, as it is said above and in the table`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

function named(name) {
  const found = programs.find((program) => program.name === name);
  if (found === undefined) throw new Error(`no client is named ${name}; there are: ${programs.map((p) => p.name).join(', ')}`);
  return found;
}

// A result for each case: 'equal', why it is so but in part, 'different', or why it cannot be shown; of a case that lasts, a promise of it. What
// was not built has failed them all.
async function resultsOf(program) {
  try {
    await program.build({ folder });
  } catch (error) {
    return cases.map((each) => fail(title(program, each), 'a client', error.message));
  }
  const found = cases.map((each) => (each.lasts ? resultOf(program, each) : undefined));
  for (const [at, each] of cases.entries()) found[at] ??= await resultOf(program, each);
  return found;
}

async function resultOf(program, each) {
  const unseen = program.unseen(each);
  const answer = await called(program, each);
  if (unseen !== undefined) return cannotBeShown(program, each, unseen, answer);
  const partial = program.partial(each);
  const [expected, found] = [partial?.instead ?? each.expected, withoutWhatIsOpen(answer, each.expected)].map(present);
  if (!isDeepStrictEqual(found, expected)) return fail(title(program, each), expected, found);
  return pass(title(program, each), partial ? { equalBut: partial.why } : 'equal');
}

// What is asked of one program alone, and has no place in the table.
async function checked({ name }, check) {
  const what = `${name}: ${check.name}`;
  try {
    const found = await check.find(await servers.url(check.server));
    if (isDeepStrictEqual(found, check.expected)) pass(what);
    else fail(what, check.expected, found);
  } catch (error) {
    fail(what, check.expected, error.message);
  }
}

// What cannot be shown is not to look like what was: an answer there would mean that the table is wrong.
function cannotBeShown(program, each, { why, said }, answer) {
  if (!said.test(answer.cannot)) return fail(title(program, each), `that it cannot: ${why}`, answer);
  counts.notShown += 1;
  console.log(`-- ${title(program, each)}: ${why}`);
  return why;
}

async function called(program, { what, server, token, lasts }) {
  const common = { what, roots: servers.roots, folder };
  const call = (url) => program.call({ ...common, url, token: servers.token(token), tokenOfOperator: servers.token({}) });
  try {
    if (lasts) return await servers.whileAnHourPasses(server, call);
    // It is reflection itself that is called: then the server is the one that the case names.
    return await call(await servers.url(server, { readsFiles: program.readsFiles && what !== 'reflection' }));
  } catch (error) {
    return { cannot: error.message };
  }
}

function withoutWhatIsOpen(answer, expected) {
  return {
    ...answer,
    ...(expected.message === SOME && answer.message && { message: SOME }),
    ...(expected.messages === MANY && answer.messages > 1 && { messages: MANY }),
  };
}

// What is absent may be left out as well.
function present(answer) {
  return JSON.parse(JSON.stringify(answer));
}

// --- what is told ---------------------------------------------------------------------------------------

function title({ name }, { what, server, name: situation }) {
  return `${name}: ${what}: ${situation}${server === undefined ? '' : ` (${server})`}`;
}

function pass(name, result) {
  counts.passed += 1;
  console.log(`ok ${name}`);
  return result;
}

function fail(name, expected, found) {
  counts.failed += 1;
  console.log(`not ok ${name}\n  expected: ${JSON.stringify(expected)}\n  found:    ${JSON.stringify(found)}`);
  return 'different';
}
