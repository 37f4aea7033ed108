// Whoever logs in, as far as an issuer's pages can tell: redirections are followed, cookies kept, forms filled in.

const AUTHORIZATION_STEPS = 20;

export class Person {
  #cookies = new Map();

  // Without an account where nobody is asked for one.
  constructor({ username, password } = {}) {
    this.username = username;
    this.password = password;
  }

  // From an authorization request to the redirect URI, whose parameters are given.
  async authorize(url, redirectUri) {
    let next = { url, method: 'GET' };
    for (let step = 0; step < AUTHORIZATION_STEPS; step += 1) {
      if (next.url.startsWith(redirectUri)) return new URL(next.url).searchParams;
      next = await this.#follow(next);
    }
    throw new Error(`${AUTHORIZATION_STEPS} steps, and not back at ${redirectUri}`);
  }

  async #follow({ url, method, body }) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', origin: new URL(url).origin, ...(cookie && { cookie }) };
    const answer = await fetch(url, { method, body, headers, redirect: 'manual', signal: AbortSignal.timeout(20_000) });
    this.#keep(answer.headers.getSetCookie());
    const location = answer.headers.get('location');
    if (location) return { url: new URL(location, url).href, method: 'GET' };
    return this.#fillIn(await answer.text(), url, answer.status);
  }

  // One issuer, one host: neither paths nor dates of cookies matter, but for those that are taken back.
  #keep(cookies) {
    for (const cookie of cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (value === '' || /max-age=0/i.test(cookie)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  #fillIn(page, url, status) {
    const form = /<form[\s\S]*?<\/form>/i.exec(page)?.[0];
    if (!form) throw new Error(`no form at ${url}, but ${status}: ${page.slice(0, 500)}`);
    const body = new URLSearchParams();
    for (const [field] of form.matchAll(/<(input|button)\b[^>]*>/gi)) {
      const name = attribute(field, 'name');
      if (name && !body.has(name)) body.set(name, this.#entry(name, field));
    }
    return { url: new URL(attribute(form, 'action') || url, url).href, method: 'POST', body };
  }

  #entry(name, field) {
    if (attribute(field, 'type') === 'password') return this.password;
    if (/^(username|login)$/.test(name)) return this.username;
    return attribute(field, 'value');
  }
}

function attribute(tag, name) {
  const [, value = ''] = new RegExp(`^[^>]*\\s${name}\\s*=\\s*["']([^"']*)["']`, 'i').exec(tag) ?? [];
  const characters = { amp: '&', quot: '"', '#34': '"', '#39': "'", '#43': '+', '#x2F': '/' };
  return value.replace(/&(amp|quot|#34|#39|#43|#x2F);/g, (_entity, which) => characters[which]);
}
