// Makes the calls of cases.mjs from a page in each browser, with every client, and prints for each case a line
// of its name, what was expected and what was found (both JSON), and where it stands in the table (JSON too),
// parted by tabs.
// SERVER and SERVER_LOG name the server's process and log, for stages whose server is streams.rs.
// usage: node run.mjs STAGE CHROMIUM FIREFOX PAGE ADDRESS PRIVATE_KEY [LIBRARY…]
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CALLS, CREDENTIALS, expected as expectedOfKinds } from '../reports/cases.mjs';
import { HOUR, MANY, SOME, clientsOf, ended, expectedOf, reported, streams, withKeys, withoutKeys } from './cases.mjs';
import * as chromium from './chromium.mjs';
import { SETTLED } from './chromium.mjs';
import * as firefox from './firefox.mjs';
import { accessToken, newKeys } from './tokens.mjs';

const STAGES = {
  'with keys': () => allowedPage(withKeys, 'http/1.1'),
  'with keys, TLS': () => allowedPage(withKeys, 'h2'),
  'without keys': () => allowedPage(withoutKeys, 'http/1.1'),
  'only reports': () => allowedPage(reported, 'http/1.1'),
  kinds: () => allowedPage([], 'http/1.1', everyKind),
  // So many connections a browser has to one host.
  streams: () => allowedPage(streams, 'http/1.1', (page) => endedStreams(page, 6)),
  'streams, TLS': () => allowedPage(streams, 'h2', async (page) => {
    await endedStreams(page, Infinity);
    await followed(page);
  }),
  'foreign origin': foreignPage,
};

const [stage, chromiumPath, firefoxPath, url, address, privateKey, ...libraries] = process.argv.slice(2);
const clients = clientsOf(libraries);
const keys = { issuer: readFileSync(privateKey, 'utf8'), stranger: newKeys().privateKey };
// By how many the server's clock has been put forward.
let hours = 0;
const drivers = [
  { name: 'Chromium', path: chromiumPath, ...chromium },
  { name: 'Firefox', path: firefoxPath, ...firefox },
];
let driver;
let browser;
for (driver of drivers) {
  browser = await driver.launch(driver.path);
  try {
    await STAGES[stage]();
  } finally {
    await browser.close();
  }
}

// --- stages ---------------------------------------------------------------------------------------------

async function allowedPage(cases, protocol, more = () => {}) {
  const { page, seen } = await driver.open(browser, url);
  for (const client of clients) {
    for (const each of cases) await made(page, client, each);
  }
  await more(page);
  await driver.settle(page);
  report('the console', [SETTLED], seen.console);
  onlyLoopback(seen);
  report('the protocol', [protocol], protocolsOf(seen));
}

async function made(page, client, each) {
  const { expected, differences } = expectedOf(each, client);
  const found = comparable(await call(page, client, each), each.expected);
  const place = { client: client.name, column: each.column, differences };
  report(`${client.name}: ${each.name}`, expected, found, place);
}

// As many as `atOnce` are open side by side when their tokens expire.
async function endedStreams(page, atOnce) {
  const waiting = clients.flatMap((client) => ended.map((each) => () => made(page, client, each)));
  while (waiting.length > 0) {
    const before = openStreams();
    const calls = waiting.splice(0, atOnce).map((make) => make());
    await comes(() => openStreams() - before >= calls.length);
    hours += 1;
    process.kill(Number(process.env.SERVER), 'SIGUSR1');
    await Promise.all(calls);
  }
}

// How many of the server's streams have come to where they may be ended.
function openStreams() {
  return readFileSync(process.env.SERVER_LOG, 'utf8').split('"message":"open"').length - 1;
}

// Every kind of rule, with connect-web; a page has no client streams. A handler's own status, and why the call would be
// refused beside it, come by the head alone: what is in it a page may read where CORS exposes it.
async function everyKind(page) {
  for (const call of CALLS.filter(({ upload }) => !upload)) {
    for (const { name, authorization: text, token, ...more } of CREDENTIALS) {
      const credentials = token === undefined ? text : authorization(token);
      const input = { address, ...call, ...(credentials && { authorization: credentials }) };
      const found = await page.evaluate((input) => globalThis.kinds(input), input);
      report(`${call.method}, ${call.kind}: ${name}`, expectedOfKinds(call, more, call.reports), found, { client: 'connect-web', column: 'reported' });
    }
  }
}

// The example that outlives its tokens: it has the next stream before the one before ends, or else after it.
async function followed(page) {
  if (!clients.some(({ name }) => name === 'connect-web')) return;
  let number = 0;
  await page.exposeFunction('freshToken', (lifetime) => token({ scope: 'events:read', lifetime, jti: `${(number += 1)}` }));
  const ways = { 'renewed before its end': true, 'opened again after its end': false };
  const follow = async ([name, tellsEnd]) => {
    const input = { address, lifetimes: [4, 4, 60], tellsEnd };
    const { numbers, heads, spent, late } = await page.evaluate((input) => globalThis.follow(input), input);
    const found = {
      missing: numbers.some((number, at) => number !== at + 1),
      told: heads.every((text) => /^\d+$/.test(text)),
      // For each token but the first, the one before was told to be of no use any more.
      spent: spent.every((each, at) => each === (at === 0 ? 'none' : at - 1)),
      tokens: spent.length - late,
    };
    report(`followed, ${name}`, { missing: false, told: true, spent: true, tokens: 3 }, found);
  };
  await Promise.all(Object.entries(ways).map(follow));
}

// The browser asks first, and does not send what it was not allowed to. What a client makes of that differs; no
// client reads a word of the server's.
async function foreignPage() {
  const { page, seen } = await driver.open(browser, url);
  for (const client of clients) {
    for (const each of withKeys) {
      const before = driver.blocked(seen);
      const { answer, challenges, errorInfo } = await call(page, client, each);
      const found = { answer, blocked: await comes(() => driver.blocked(seen) > before), challenges, errorInfo };
      const expected = { blocked: true, challenges: [], errorInfo: [] };
      report(`${client.name}: ${each.name}`, expected, found, { client: client.name, column: 'foreign' });
    }
  }
  await driver.settle(page);
  const other = seen.console.filter((text) => text !== SETTLED && !driver.tellsOfBlocked(text));
  report('the console, but for what was blocked', [], other);
  onlyLoopback(seen);
}

// Another process of the browser tells of it, and may do so after the page has its answer.
async function comes(condition, patience = 60_000) {
  const deadline = Date.now() + patience;
  while (!condition() && Date.now() < deadline) await delay(20);
  return condition();
}

function onlyLoopback(seen) {
  report('what was asked', [url, address].map((text) => new URL(text).host).sort(), [...seen.hosts].sort());
}

function protocolsOf(seen) {
  const { host } = new URL(address);
  return [...seen.protocols].filter((line) => line.startsWith(`${host} `)).map((line) => line.split(' ')[1]);
}

// --- calls ----------------------------------------------------------------------------------------------

function call(page, client, { api = 'api1', method = 'GetStatus', text, deadline, credentials, expected }) {
  const headers = credentials === undefined ? {} : { authorization: authorization(credentials) };
  const input = { client: client.name, address, headers };
  if (text === undefined) {
    return page.evaluate((input) => globalThis.call(input), { ...input, api, method, deadline });
  }
  if (expected.shown === undefined) return page.evaluate((input) => globalThis.lastingStream(input), { ...input, text });
  return page.evaluate((input) => globalThis.stream(input), { ...input, text, patience: client.patience ?? 30_000 });
}

function authorization(credentials) {
  if (typeof credentials === 'string') return credentials;
  return `Bearer ${token(credentials)}`;
}

// By the server's clock.
function token({ signedBy = 'issuer', lifetime = 600, ...claims }) {
  return accessToken(keys[signedBy], { ...claims, lifetime: lifetime + hours * HOUR });
}

// --- what was found -------------------------------------------------------------------------------------

// A message and a time that the contract leaves open only have to be there; the message in words, if a client
// can decode it.
function comparable({ retryAfter, ...all }, { message, messages }) {
  const found = messages === MANY && all.messages.length > 1 ? { ...all, messages } : all;
  if (found.code === undefined) return found;
  const retry = retryAfter.length === 1 && retryAfter[0] > 0;
  if (message !== SOME || !found.message) return { ...found, retry };
  return { ...found, message: found.message.includes('%20') ? encodeURI(SOME) : SOME, retry };
}

function report(name, expected, found, place = {}) {
  const cell = JSON.stringify({ browser: driver.name, ...place });
  console.log([`${stage}: ${driver.name}: ${name}`, sorted(expected), sorted(found), cell].join('\t'));
}

// JSON with its members sorted, to compare values by.
function sorted(value) {
  return JSON.stringify(value, (_name, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort())
      : member,
  );
}
