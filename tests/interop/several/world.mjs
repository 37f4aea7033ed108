// Three issuers that are alike in all but their keys, and a server that trusts them.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import hydra from '../issuers/hydra/issuer.mjs';
import { provider } from '../issuers/oidc-provider/issuer.mjs';
import { Issuer, onceItCan, read } from '../issuers/runner/issuer.mjs';
import { AUDIENCE, Server } from '../issuers/runner/server.mjs';
import { until } from '../processes.mjs';
import { Key } from './keys.mjs';
import { Proxy } from './proxy.mjs';

export const FILE = 'urn:sekisho:interop:file';

export class World {
  names = ['provider', 'hydra', 'file'];
  // A server that trusts the file alone is called in the same way: what the machine does to calls is seen by it.
  control = 'file alone';
  // A good token of each, as it is now.
  tokens = {};
  servers = {};
  // By the issuer that tokens name: what callers were answered.
  answers = {};
  #work = mkdtempSync(join(tmpdir(), 'several-'));
  #forged = {};
  #key = new Key();
  #stranger = new Key();

  static async start(program) {
    const world = new World();
    world.program = program;
    world.provider = await Issuer.of(provider);
    world.hydra = await Issuer.of(hydra);
    await Promise.all([world.provider.start(), world.hydra.start()]);
    world.proxy = await Proxy.start(() => `${world.provider.url}/jwks`);
    const [{ kid }] = await world.provider.keys();
    world.kid = kid;
    world.publishFile();
    world.tokens.file = world.tokens[world.control] = world.#key.token(FILE, kid);
    world.config = world.#write('sekisho.toml', world.#trustingAll());
    return world;
  }

  async close() {
    this.proxy?.close();
    const all = [this.provider, this.hydra].map((issuer) => issuer?.close());
    await Promise.all([...all, ...Object.values(this.servers).map((server) => server.stop())]);
    rmSync(this.#work, { recursive: true, force: true });
  }

  async serve(name, config) {
    const flags = ['--config', config, '--log-calls', 'all'];
    this.servers[name] = await Server.start(this.program, { trusting: [], flags, log: 'info' });
    return this.servers[name];
  }

  serveControl() {
    return this.serve('control', this.#write('control.toml', this.#trustingAll().filter(({ name }) => name === 'file')));
  }

  // One whose keys become too old soon.
  shortConfig() {
    const short = { required: true, 'jwks-refresh': '1s', 'jwks-max-stale': '2s' };
    return this.#write('short.toml', [
      { name: 'hydra', issuer: this.hydra.url, ...short },
      { name: 'file', issuer: FILE, jwks: this.#path('short.json'), ...short },
    ]);
  }

  rotateProvider() {
    return provider.rotate(this.provider);
  }

  retireProvider() {
    return provider.retire(this.provider);
  }

  // Gives a token of its new keys.
  async startHydra() {
    await this.hydra.start();
    await onceItCan(() => this.hydra.keys());
    return onceItCan(() => this.hydra.clientCredentials('m2m'));
  }

  // Its newest key then has the name of the provider's.
  async renameHydrasKey() {
    await hydra.rotate(this.hydra, this.kid);
    this.tokens.hydra = await until(async () => {
      const token = await this.hydra.clientCredentials('m2m');
      return read(token).header.kid === this.kid && token;
    });
  }

  urlOf(name) {
    return { provider: this.provider.url, hydra: this.hydra.url }[name] ?? FILE;
  }

  // Names this issuer and a key that it has, and is signed with a key of another.
  forged(name) {
    const { kid } = read(this.tokens[name]).header;
    return (this.#forged[`${name} ${kid}`] ??= this.#signer(name).token(this.urlOf(name), kid));
  }

  // Names this issuer and a key that nobody has.
  ofUnknownKey(name) {
    return this.#signer(name).token(this.urlOf(name), randomUUID());
  }

  ofNobody() {
    return this.#key.token('https://nobody.example/', this.kid);
  }

  // The file's key is trusted, though for no other issuer.
  #signer(name) {
    return this.urlOf(name) === FILE ? this.#stranger : this.#key;
  }

  publishFile(name = 'file.json') {
    this.#key.publish(this.#path(name), this.kid);
  }

  withdrawFile(name) {
    rmSync(this.#path(name));
  }

  // What a caller is answered, who is counted.
  async ask(name, api, token) {
    if (name === this.control) return this.servers.control.call(api, token);
    const found = await this.servers.all.call(api, token);
    const of = (this.answers[name] ??= { allowed: 0, refused: 0 });
    of[found.code === 'OK' ? 'allowed' : 'refused'] += 1;
    return found;
  }

  #path(name) {
    return join(this.#work, name);
  }

  #write(name, issuers) {
    const of = { audience: AUDIENCE, 'jwks-cooldown': '1s' };
    const table = (issuer) =>
      Object.entries({ ...of, ...issuer }).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join('');
    writeFileSync(this.#path(name), issuers.map((issuer) => `[[issuers]]\n${table(issuer)}`).join('\n'));
    return this.#path(name);
  }

  // The provider's keys are fetched for a reason only, so that fetches can be counted.
  #trustingAll() {
    const often = { 'jwks-refresh': '1s' };
    return [
      { name: 'provider', issuer: this.provider.url, required: false, jwks: this.proxy.url, 'jwks-refresh': '5m' },
      { name: 'hydra', issuer: this.hydra.url, ...often },
      { name: 'file', issuer: FILE, jwks: this.#path('file.json'), ...often },
    ];
  }
}
