// Whoever logs in, in Chromium.
import { open } from '../browsers/chromium.mjs';

export class Person {
  // With a browser profile of her own.
  static async arrive(browser, origin) {
    const { page: tab, seen } = await open(browser, 'about:blank');
    seen.hosts.clear();
    return Object.assign(new Person(), { tab, seen, origin });
  }

  // Where a request leads without her doing anything.
  async go(url) {
    await this.tab.goto(url.href);
    return this.back();
  }

  async logIn(url, account) {
    await this.tab.goto(url.href);
    await this.tab.locator(`button[value="${account}"]`).click();
    return this.press('allow');
  }

  async allow(url, without) {
    await this.tab.goto(url.href);
    for (const scope of without) await this.tab.locator(`input[value="${scope}"]`).uncheck();
    return this.press('allow');
  }

  async deny(url) {
    await this.tab.goto(url.href);
    return this.press('deny');
  }

  async press(decision) {
    await this.tab.locator(`button[value="${decision}"]`).click();
    return this.back();
  }

  async back() {
    await this.tab.waitForURL(`${this.origin}/**`);
    return new URL(this.tab.url());
  }
}
