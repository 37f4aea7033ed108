// The servers that clients are pointed at: `sekisho serve` for an issuer that is only a key, or the example `streams`,
// each started when it is first asked for.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AUDIENCE, ISSUER, KID, accessToken, newKeys } from '../browsers/tokens.mjs';
import { Process, grpcAddress } from '../processes.mjs';

// What is listed by reflection.
export const API_NAMES = [
  'api1.v1.Api1',
  'api2.v1.Api2',
  'api3.v1.Api3',
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
].join(' ');

export class Servers {
  #sekisho;
  #folder;
  #keys = { issuer: newKeys(), stranger: newKeys() };
  #started = new Map();

  // `folder` takes keys and certificates.
  constructor(sekisho, folder) {
    this.#sekisho = sekisho;
    this.#folder = folder;
    const key = { ...this.#keys.issuer.publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' };
    writeFileSync(this.#file('jwks.json'), JSON.stringify({ keys: [key] }));
    // Vouched for by nobody but itself, so that it is its own root; rustls wants it said that it is no authority.
    const certificate = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'];
    const files = ['-keyout', this.#file('tls.key'), '-out', this.roots];
    execFileSync('openssl', [...certificate, ...names, ...files], { stdio: 'ignore' });
  }

  #file(name) {
    return join(this.#folder, name);
  }

  // The roots that a client is to trust over TLS: PEM.
  get roots() {
    return this.#file('tls.pem');
  }

  // A token that is right in all that `special` does not change. None for none, and a text as it stands.
  token(special) {
    if (special === undefined || typeof special === 'string') return special;
    const { signedBy = 'issuer', ...claims } = special;
    return accessToken(this.#keys[signedBy].privateKey, claims);
  }

  // The URL of the server of that name. A client that reads what there is from files gets one that tells nobody,
  // unless it is reflection that the server is about.
  async url(name = 'with keys', { readsFiles = false } = {}) {
    const { flags, reflection, program = this.#sekisho } = this.#described(name);
    const told = readsFiles && reflection === 'public' ? 'off' : reflection;
    const key = `${name}, ${told}`;
    if (!this.#started.has(key)) this.#started.set(key, this.#start(program, [...flags, '--reflection', told]));
    const { address } = await this.#started.get(key);
    return `${name === 'TLS' ? 'https' : 'http'}://${address}`;
  }

  // What `call` tells of a server of its own: by that one's clock an hour passes once a stream is open, or `call` is over.
  async whileAnHourPasses(name, call) {
    const { flags, reflection, program } = this.#described(name);
    const { server, address } = await this.#start(program, [...flags, '--reflection', reflection]);
    try {
      const answer = call(`http://${address}`);
      await Promise.race([answer, server.tells('a stream', isOpen)].map((each) => each.catch(() => {})));
      server.signal('SIGUSR1');
      return await answer;
    } finally {
      await server.stop();
    }
  }

  #described(name) {
    const keys = ['--issuer', ISSUER, '--jwks', this.#file('jwks.json')];
    const tls = ['--tls-certificate', this.roots, '--tls-key', this.#file('tls.key')];
    return {
      'with keys': { flags: keys, reflection: 'public' },
      'without keys': { flags: ['--issuer', 'http://127.0.0.1:1/'], reflection: 'public' },
      TLS: { flags: [...keys, ...tls], reflection: 'public' },
      // But for one flag, the server 'with keys'.
      'only reports': { flags: [...keys, '--dangerous-report-only'], reflection: 'public' },
      'reflection with a token': { flags: keys, reflection: 'authenticated' },
      'without reflection': { flags: keys, reflection: 'off' },
      streams: { program: this.#streams, flags: [...keys, '--leeway', '0s'], reflection: 'public' },
    }[name];
  }

  // Built beside sekisho.
  get #streams() {
    return process.env.STREAMS || join(dirname(this.#sekisho), 'examples/streams');
  }

  async #start(program, flags) {
    const common = ['serve', '--audience', AUDIENCE, '--grpc-listen', '127.0.0.1:0', '--log-format', 'json'];
    const server = new Process(program, [...common, ...flags]);
    return { server, address: await server.tells('the listener', grpcAddress) };
  }

  async stop() {
    for (const started of await Promise.allSettled(this.#started.values())) await started.value?.server.stop();
  }
}

function isOpen(log) {
  return log.includes('"message":"open"') || undefined;
}
