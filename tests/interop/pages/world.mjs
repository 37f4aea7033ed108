// A server with its page, a browser, and what came to be seen of both. Between two documents there may be one without any
// element: whoever waits for something in a page asks whether the element is there at all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { launch, open } from '../browsers/chromium.mjs';

const [executable, sekisho] = process.argv.slice(2);

// How long anything may take that a person waits for, in milliseconds.
export const PATIENCE = 60_000;

export const API1 = 'api1:read:status';
export const API2 = 'api2:read:status';
export const API3 = 'api3:read:status';

// Prints a case: its name, what was expected and what was found, as JSON.
export function report(name, expected, found) {
  console.log([name, expected, found].map((part, at) => (at === 0 ? part : JSON.stringify(part))).join('\t'));
}

// Development, or what the flags say, on ports of the system's choosing or on these.
export class Server {
  static async start(flags = [], ports = { grpc: 0, web: 0, issuer: 0 }) {
    const listen = Object.entries(ports).flatMap(([name, port]) => [`--${name}-listen`, `127.0.0.1:${port}`]);
    // A command comes before its flags.
    const child = spawn(sekisho, [...flags, ...listen, '--log-format', 'json'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new Server(child);
    for await (const line of createInterface({ input: child.stderr })) {
      const { message, listener, addr } = JSON.parse(line);
      if (message === 'listening') server.ports[listener] = Number(addr.split(':').at(-1));
      if (Object.keys(server.ports).length === Object.keys(ports).length) break;
    }
    // Read on, so that a log line never finds its pipe closed.
    child.stderr.resume();
    return server;
  }

  constructor(child) {
    this.child = child;
    this.ports = {};
  }

  get page() {
    return `http://localhost:${this.ports.web}/`;
  }

  async stop() {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
}

// Runs with a server and a browser, and sees to it that neither stays.
export async function world(flags, run, ports) {
  const server = await Server.start(flags, ports);
  const browser = await launch(executable);
  try {
    await run(server, browser);
  } finally {
    await browser.close();
    await server.stop();
  }
}

// A person's own browser: nothing remembered, one language.
export async function person(browser, server, options) {
  const opened = await open(browser, server.page, { locale: 'en-US', ...options });
  opened.page.setDefaultTimeout(PATIENCE);
  await configured(opened.page);
  return opened;
}

// A page that has not read its configuration yet lets nobody in or out. It reads that after it was loaded.
export async function configured(page) {
  await page.waitForFunction(() => ['login', 'logout'].some((id) => document.getElementById(id)?.disabled === false));
}

// Through the issuer's pages, as one of its accounts, with all scopes that are shown or without some.
export async function logIn(page, { without = [] } = {}) {
  await page.click('#login');
  await through(page, { without });
}

export async function through(page, { without = [] } = {}) {
  const account = page.locator('button[name=account]').first();
  const allow = page.locator('button[value=allow]');
  await account.or(allow).first().waitFor();
  if (await account.isVisible()) await account.click();
  await allow.waitFor();
  for (const scope of without) await page.uncheck(`input[name=scope][value="${scope}"]`);
  await allow.click();
  await loggedIn(page);
}

// A page that comes back shows the session of before until it has the new one.
export async function loggedIn(page) {
  await page.waitForFunction(() => document.getElementById('notice')?.textContent);
  await page.locator('#who').waitFor();
}

// By way of the issuer. The document from before shows nobody logged in as well, so that it is told from the one that
// comes back.
export async function logOut(page) {
  await page.evaluate(() => {
    globalThis.isBefore = true;
  });
  await page.click('#logout');
  await page.waitForFunction(() => !globalThis.isBefore && document.getElementById('login')?.disabled === false);
}

// The answer to a call, once it is there.
export async function call(page, api) {
  await page.click(`#${api}-call`);
  return response(page, api);
}

export async function response(page, api) {
  const element = page.locator(`#${api}-response`);
  await page.waitForFunction(
    (id) => document.getElementById(id)?.textContent.startsWith('Response: '),
    `${api}-response`,
  );
  return element.textContent();
}

export function granted(page) {
  return page.locator('#granted [data-granted]').evaluateAll((all) => all.map((each) => each.dataset.granted).sort());
}

export function disabled(page) {
  return page
    .locator('#login, #logout, #api1-call, #api2-call, #api3-call')
    .evaluateAll((all) => all.filter((each) => each.disabled).map((each) => each.id).sort());
}
