// How a row is called: by h2load, or by the generator beside the servers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from './builds.mjs';
import { allAnswered, readCounts } from './counts.mjs';
import { generate } from './processes.mjs';
import { good, malformed, manyTokens } from './tokens.mjs';

const UNARY = '/api1.v1.Api1/GetStatus';
const TOKENS = { good, malformed, none: undefined };

export function h2load(settings) {
  return new H2load({ token: 'good', type: 'application/grpc', path: UNARY, body: frame(0), ...settings });
}

class H2load {
  constructor(settings) {
    this.settings = settings;
  }

  with(more) {
    return new H2load({ ...this.settings, ...more });
  }

  // Messages of 1 KiB come back, and one call has many. What has come of calls that are in flight at the end is counted too.
  download() {
    return this.with({ path: '/streaming.v1.Streaming/ServerStream' });
  }

  // 64 messages of 64 KiB.
  upload() {
    const body = Buffer.concat(Array(64).fill(upload(65536)));
    return this.with({ path: '/streaming.v1.Streaming/ClientStream', body });
  }

  // As many calls in flight, each on a connection of its own, as HTTP/1.1 has them.
  overHttp1(path) {
    const connections = this.settings.connections * this.settings.streams;
    return this.with({ http1: true, path, body: undefined, type: undefined, connections, streams: 1 });
  }

  get token() {
    return TOKENS[this.settings.token];
  }

  get isRefused() {
    return this.settings.token !== 'good';
  }

  // Calls that were answered, each with `bytes` of data (the answer that was checked before).
  async run({ port, server, files, seconds, bytes }) {
    const printed = await this.#call(port, server, files, `--duration=${Math.round(seconds * 1000)}ms`);
    const counted = readCounts(printed);
    if (!allAnswered(counted, bytes)) throw new Error(`not every call was answered, or not as it was when it was checked\n${printed}`);
    return counted.done;
  }

  // So many calls, however long they take.
  async count({ port, files, calls }) {
    const { succeeded } = readCounts(await this.#call(port, {}, files, `--requests=${calls}`));
    if (succeeded !== calls) throw new Error(`${succeeded} of ${calls} calls were answered`);
  }

  #call(port, { tls }, files, howMuch) {
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${this.settings.path}`;
    return generate('h2load', [...this.#shape(), howMuch, ...this.#request(files), url]);
  }

  #shape() {
    const { connections, streams, http1 } = this.settings;
    return [`--clients=${connections}`, `--max-concurrent-streams=${streams}`, '--threads=1', ...(http1 ? ['--h1'] : [])];
  }

  #request({ folder }) {
    const headers = requestHeaders(this.settings, this.token);
    const lines = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
    if (!this.settings.body) return lines;
    const file = join(folder, `${this.settings.body.length}.bin`);
    writeFileSync(file, this.settings.body);
    return [...lines, '--data', file];
  }
}

export function requestHeaders({ type }, token) {
  return {
    ...(type && { 'content-type': type }),
    ...(type === 'application/grpc' && { te: 'trailers' }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
}

// A frame of gRPC around a message of so many zero bytes: of no bytes, the message without fields.
function frame(length, message = Buffer.alloc(length)) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

// `Item { payload }`, in its frame.
function upload(length) {
  const varint = [];
  for (let rest = length; ; rest >>>= 7) {
    varint.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return frame(0, Buffer.concat([Buffer.from([0x12, ...varint]), Buffer.alloc(length)]));
}

// Four connections with 32 calls in flight each, by `number` tokens in turn.
export function manyCallers(number) {
  return new Generator(number);
}

class Generator {
  token = good;
  isRefused = false;
  settings = { type: 'application/grpc', path: UNARY, body: frame(0) };
  #number;

  constructor(number) {
    this.#number = number;
  }

  // It looks at the status of each answer itself.
  async run({ port, files, seconds }) {
    const file = join(files.folder, `${this.#number}.tokens`);
    this.written ??= writeFileSync(file, manyTokens(this.#number).join('\n')) ?? true;
    const program = join(build('servers').found, 'generator');
    return Number(await generate(program, [port, 4, 32, seconds, file].map(String)));
  }
}
