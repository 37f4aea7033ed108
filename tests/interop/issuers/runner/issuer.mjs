// A real issuer: its process, and what clients ask of it.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Process, freePorts, until } from '../../processes.mjs';
import { SCOPES } from './expected.mjs';
import { Person } from './person.mjs';

// Nobody listens there: whoever is sent there has arrived.
const REDIRECT_URI = 'http://localhost:8080/';

// To be built for the first time takes some minutes.
const FIRST_START = 1200;

// How long it may take until it has its first keys.
const PATIENCE = 120;

export class Issuer {
  machine = 'm2m';
  #definition;
  #environment;
  #process;
  #metadata;
  #work = mkdtempSync(join(tmpdir(), 'issuer-'));

  // Its ports are the same at each start, for its name has one in it.
  static async of(definition) {
    const issuer = new Issuer();
    issuer.#definition = definition;
    issuer.machine = definition.machine ?? issuer.machine;
    const names = ['PORT', ...(definition.morePorts ?? [])];
    const ports = await freePorts(names.length);
    issuer.#environment = Object.fromEntries(names.map((name, index) => [name, String(ports[index])]));
    return issuer;
  }

  // Where it lets its keys be changed. `port` says which of its ports that is.
  admin(path, options, port = 'PORT') {
    return json(`http://127.0.0.1:${this.#environment[port]}${path}`, options);
  }

  async start(more = {}) {
    const { folder, environment } = this.#definition;
    const script = fileURLToPath(new URL(`../${folder}/start.sh`, import.meta.url));
    this.#process = new Process(script, [], { ...this.#environment, WORK: this.#work, ...environment, ...more });
    const ready = (text) => /^READY .*issuer=(\S+)$/m.exec(text)?.[1];
    this.url = await this.#process.tells(`READY of ${folder}`, ready, FIRST_START);
    const metadata = `${this.url.replace(/\/$/, '')}/.well-known/openid-configuration`;
    this.#metadata = await onceItCan(() => json(metadata));
  }

  // All that it has printed since it was started last.
  get log() {
    return this.#process.printed;
  }

  async stop() {
    await this.#process?.stop();
  }

  // Until it is resumed, connections to it are accepted, and nothing answers.
  suspend() {
    this.#process.suspend();
  }

  resume() {
    this.#process.resume();
  }

  async close() {
    await this.stop();
    rmSync(this.#work, { recursive: true, force: true });
  }

  async keys() {
    return (await json(this.#metadata.jwks_uri)).keys;
  }

  // An access token of a machine, whose secret is its name with "-secret". `scope` is empty where none is asked for.
  async clientCredentials(client, scope = SCOPES[0], parameters = this.#definition.parameters) {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }), ...parameters });
    return (await json(this.#metadata.token_endpoint, { method: 'POST', headers: basic(client), body })).access_token;
  }

  // What a person's client gets by authorization code with PKCE (RFC 7636). A client without a secret is named in the form.
  async authorizationCode({ client, isPublic = true, scope, parameters, exchange }) {
    const verifier = randomBytes(32).toString('base64url');
    const code = await this.#authorize(client, verifier, { scope, ...parameters });
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
      ...(isPublic && { client_id: client }),
      ...exchange,
    });
    const headers = isPublic ? { origin: new URL(REDIRECT_URI).origin } : basic(client);
    return json(this.#metadata.token_endpoint, { method: 'POST', headers, body });
  }

  async #authorize(client, verifier, parameters) {
    const state = randomBytes(8).toString('hex');
    const url = new URL(this.#metadata.authorization_endpoint);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: client,
      redirect_uri: REDIRECT_URI,
      state,
      nonce: randomBytes(8).toString('hex'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    const answer = await new Person(this.#definition.account).authorize(url.href, REDIRECT_URI);
    if (answer.get('state') !== state || !answer.has('code')) throw new Error(`no code: ${answer}`);
    return answer.get('code');
  }
}

function basic(client) {
  return { authorization: `Basic ${btoa(`${client}:${client}-secret`)}` };
}

// What `ask` gives once it succeeds. An issuer that makes its first keys for a request may cut that one off, where the
// machine is busy.
export async function onceItCan(ask) {
  let fault;
  const asked = () => ask().catch((error) => ((fault = error), undefined));
  const found = await until(asked, PATIENCE);
  if (found === undefined) throw fault;
  return found;
}

export async function json(url, options) {
  const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(20_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 500)}`);
  return text && JSON.parse(text);
}

// Header and payload of a JWT.
export function read(token) {
  const [header, payload] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  return { header, payload };
}
