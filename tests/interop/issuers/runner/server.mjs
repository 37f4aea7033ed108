// `sekisho serve`, called by a gRPC client of Node's. What it serves, the client reads from the protos.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Process, grpcAddress, until } from '../../processes.mjs';

export const AUDIENCE = 'auth0-multiple-api';

const ours = protos('../../../..');
const google = protos('../../proto');
const ErrorInfo = google.getMessage('google.rpc.ErrorInfo');
const RetryInfo = google.getMessage('google.rpc.RetryInfo');

function protos(folder) {
  const [buf, source] = ['../../node_modules/.bin/buf', folder].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const set = execFileSync(buf, ['build', source, '--as-file-descriptor-set', '--output', '-'], { maxBuffer: 1 << 26 });
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, set));
}

export class Server {
  #program;
  #process;
  #clients;
  // All tokens that calls were made with.
  sent = new Set();

  // `trusting` says whom, by flags.
  static async start(program, { issuer, audience = AUDIENCE, flags = [], trusting, log = 'trace' }) {
    const server = new Server();
    server.#program = program;
    const listen = ['--grpc-listen', '127.0.0.1:0', '--log-format', 'json'];
    const args = ['serve', ...(trusting ?? ['--issuer', issuer, '--audience', audience]), ...listen, ...flags];
    server.#process = new Process(program, args, { RUST_LOG: log });
    server.address = await server.#process.tells('the listener', grpcAddress);
    const transport = createGrpcTransport({ baseUrl: `http://${server.address}`, defaultTimeoutMs: 20_000 });
    server.#clients = Object.fromEntries(
      ['api1', 'api2', 'api3'].map((api) => {
        const service = ours.getService(`${api}.v1.${api.replace('a', 'A')}`);
        return [api, createClient(service, transport)];
      }),
    );
    return server;
  }

  get log() {
    return this.#process.printed;
  }

  stop() {
    return this.#process.stop();
  }

  // What a caller with this access token sees, in the form of expected.mjs.
  async call(api, token) {
    this.sent.add(token);
    try {
      const { name, ok } = await this.#clients[api].getStatus({}, { headers: { authorization: `Bearer ${token}` } });
      return { code: 'OK', name, ok };
    } catch (error) {
      return refusal(ConnectError.from(error));
    }
  }

  async isServing() {
    return (await new Process(this.#program, ['healthcheck', '--grpc-listen', this.address]).ended()) === 0;
  }

  isServingSoon() {
    return until(() => this.isServing());
  }
}

// What `sekisho token` prints, and its exit code. `asking` says whom, by flags.
export async function printedToken(program, { issuer, client, secret, scope, asking }) {
  const whom = asking ?? ['--issuer', issuer, '--audience', AUDIENCE];
  const args = ['token', ...whom, '--client-id', client, '--scope', scope];
  const command = new Process(program, args, { SEKISHO_TOKEN_CLIENT_SECRET: secret });
  return { code: await command.ended(), token: command.answer.trim() };
}

function refusal(error) {
  const [info] = error.findDetails(ErrorInfo);
  const [retry] = error.findDetails(RetryInfo);
  return {
    code: Code[error.code].replace(/(?!^)[A-Z]/g, '_$&').toUpperCase(),
    message: error.rawMessage,
    reason: info?.reason,
    required: info?.metadata.requiredScopes,
    missing: info?.metadata.missingScopes,
    challenge: error.metadata.get('www-authenticate') ?? undefined,
    retry: retry ? Number(retry.retryDelay.seconds) * 1e9 + retry.retryDelay.nanos > 0 : undefined,
  };
}
