// Stands before an issuer's JWK set: hands it on, or answers junk in its place.
import { once } from 'node:events';
import { createServer } from 'node:http';

const NOT_KEYS = [
  '<!doctype html><title>Maintenance</title>',
  '',
  '{"keys": [{"kty": "RSA", "kid": "cut',
  '{"keys": []}',
  '{"keys": "none"}',
  '['.repeat(100_000),
  ' '.repeat(2 * 1024 * 1024),
];

// Each of them in turn, and an answer that is none.
export const JUNK = [...NOT_KEYS.map((body) => ({ status: 200, body })), { status: 500, body: '{"keys": []}' }];

export class Proxy {
  // How often it was asked.
  asked = 0;
  #junk;
  #server;

  // `jwks` gives the address of what it stands before.
  static async start(jwks) {
    const proxy = new Proxy();
    proxy.#server = createServer((_request, response) => proxy.#answer(jwks, response)).listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}/jwks`;
    return proxy;
  }

  answerJunk() {
    this.#junk = 0;
  }

  handOn() {
    this.#junk = undefined;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(jwks, response) {
    this.asked += 1;
    const { status, body } = this.#junk === undefined ? await handedOn(jwks()) : JUNK[this.#junk++ % JUNK.length];
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }
}

async function handedOn(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return { status: answer.status, body: await answer.text() };
  } catch (error) {
    return { status: 502, body: String(error) };
  }
}
