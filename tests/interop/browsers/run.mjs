// Makes the calls of cases.mjs from a page in Chromium, with every client, and prints for each case a line of
// its name, what was expected and what was found (both JSON), parted by tabs.
// usage: node run.mjs STAGE CHROMIUM PAGE ADDRESS PRIVATE_KEY
import { readFileSync } from 'node:fs';
import { SOME, withKeys, withoutKeys } from './cases.mjs';
import { SETTLED, launch, open, settle } from './chromium.mjs';
import { accessToken, newKeys } from './tokens.mjs';

const CLIENTS = ['connect-web', 'grpc-web binary', 'grpc-web text'];

// What Chromium has on its console of a call that it did not let through, in two lines.
const BLOCKED = 'has been blocked by CORS policy';
const FAILED = 'net::ERR_FAILED';

const STAGES = {
  'with keys': () => allowedPage(withKeys, 'http/1.1'),
  'with keys, TLS': () => allowedPage(withKeys, 'h2'),
  'without keys': () => allowedPage(withoutKeys, 'http/1.1'),
  'foreign origin': foreignPage,
};

const [stage, executable, url, address, privateKey] = process.argv.slice(2);
const keys = { issuer: readFileSync(privateKey, 'utf8'), stranger: newKeys().privateKey };
const browser = await launch(executable);
try {
  await STAGES[stage]();
} finally {
  await browser.close();
}

// --- stages ---------------------------------------------------------------------------------------------

async function allowedPage(cases, protocol) {
  const { page, seen } = await open(browser, url);
  for (const client of CLIENTS) {
    for (const each of cases) {
      const found = await call(page, client, each);
      report(`${client}: ${each.name}`, each.expected, comparable(found, each.expected));
    }
  }
  await settle(page);
  report('the console', [SETTLED], seen.console);
  onlyLoopback(seen);
  report('the protocol', [protocol], protocolsOf(seen));
}

// The browser asks first, and does not send what it was not allowed to. What a client makes of that differs; no
// client reads a word of the server's.
async function foreignPage() {
  const { page, seen } = await open(browser, url);
  for (const client of CLIENTS) {
    for (const each of withKeys) {
      const before = seen.console.length;
      const { answer, challenge, errorInfo } = await call(page, client, each);
      await settle(page);
      const blocked = seen.console.slice(before).some((text) => text.includes(BLOCKED));
      const found = { answer, blocked, challenge, errorInfo };
      report(`${client}: ${each.name}`, { blocked: true, errorInfo: [] }, found);
    }
  }
  const other = seen.console.filter((text) => ![BLOCKED, FAILED, SETTLED].some((known) => text.includes(known)));
  report('the console, but for what was blocked', [], other);
  onlyLoopback(seen);
}

function onlyLoopback(seen) {
  report('what was asked', [url, address].map((text) => new URL(text).host).sort(), [...seen.hosts].sort());
}

function protocolsOf(seen) {
  const { host } = new URL(address);
  return [...seen.protocols].filter((line) => line.startsWith(`${host} `)).map((line) => line.split(' ')[1]);
}

// --- calls ----------------------------------------------------------------------------------------------

function call(page, client, { api = 'api1', method = 'GetStatus', deadline, credentials }) {
  const headers = credentials === undefined ? {} : { authorization: authorization(credentials) };
  return page.evaluate((input) => globalThis.call(input), { client, address, api, method, deadline, headers });
}

function authorization(credentials) {
  if (typeof credentials === 'string') return credentials;
  const { signedBy = 'issuer', ...claims } = credentials;
  return `Bearer ${accessToken(keys[signedBy], claims)}`;
}

// --- what was found -------------------------------------------------------------------------------------

// A message and a time that the contract leaves open only have to be there.
function comparable({ retryAfter, ...found }, expected) {
  if (found.answer !== undefined) return found;
  const retry = retryAfter.length === 1 && retryAfter[0] > 0;
  const message = expected.message === SOME && found.message ? SOME : found.message;
  return { ...found, message, retry };
}

function report(name, expected, found) {
  console.log([`${stage}: ${name}`, sorted(expected), sorted(found)].join('\t'));
}

// JSON with its members sorted, to compare values by.
function sorted(value) {
  return JSON.stringify(value, (_name, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort())
      : member,
  );
}
