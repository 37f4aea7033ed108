// A headless Firefox that finds no names and asks for nothing by itself, and one page in it that tells what it
// did: what chromium.mjs does for Chromium. Driven over WebDriver BiDi; Playwright cannot drive the system's Firefox.
import puppeteer from 'puppeteer-core';
import { SETTLED, addHost } from './chromium.mjs';

const extraPrefsFirefox = {
  'app.update.auto': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disabled': true,
};

// `preferences` are those that count besides.
export function launch(executablePath, preferences = {}) {
  const all = { ...extraPrefsFirefox, ...preferences };
  return puppeteer.launch({ browser: 'firefox', executablePath, acceptInsecureCerts: true, extraPrefsFirefox: all });
}

// Its own context, so that no preflight is remembered from another page.
export async function open(browser, url) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const seen = { console: [], hosts: new Set(), protocols: new Set(), failed: [] };
  page.on('console', (message) => seen.console.push(message.text()));
  page.on('pageerror', (error) => seen.console.push(`uncaught: ${error.message}`));
  page.on('request', (request) => addHost(seen, request.url()));
  page.on('requestfailed', (request) => seen.failed.push(request.failure().errorText));
  page.on('response', (response) => seen.protocols.add(`${new URL(response.url()).host} ${protocolOf(response)}`));
  await page.goto(url);
  return { page, seen, context };
}

// BiDi knows the protocol, and Puppeteer does not tell it. Firefox itself adds a header to what came over HTTP/2.
function protocolOf(response) {
  return response.headers()['x-firefox-spdy'] ?? 'http/1.1';
}

// How many calls it did not let through.
export function blocked(seen) {
  return seen.failed.filter((error) => error === 'NS_ERROR_DOM_BAD_URI').length;
}

export function tellsOfBlocked(text) {
  return text.startsWith('uncaught: Cross-Origin Request Blocked');
}

export async function settle(page) {
  const end = new Promise((resolve) => {
    page.on('console', (message) => message.text() === SETTLED && resolve());
  });
  await page.evaluate((text) => console.log(text), SETTLED);
  await end;
}
