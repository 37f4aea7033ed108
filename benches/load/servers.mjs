// Every server: what builds it, how it is started, and who may call it.
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

import { build, run } from './builds.mjs';
import { envoyConfig } from './peers/envoy/config.mjs';
import { CORES } from './processes.mjs';
import { AUDIENCE, ISSUER, SCOPE } from './tokens.mjs';

const CACHED = { cached: true };
const UNCACHED = { cached: false };

// `command` gets the port, what the build made, the run's files, and the port of the server that it stands `before`, by
// name. `guarded` ones take the good token and refuse the bad.
export const SERVERS = {
  tonic: bare('tonic-bare'),
  'tonic-plain': { build: 'plain', command: (port, built) => [join(built, 'tonic-bare'), port] },
  'tonic-layer': library('tonic-layer'),
  hyper: bare('hyper-bare'),
  'hyper-batched': bare('hyper-bare', 'batched'),
  'connect-rust': bare('connect-rust'),
  '3-methods': library('methods', '3'),
  '3000-methods': library('methods', '3000'),

  ours: program([]),
  'ours-cold': program(['--remember-tokens', '0']),
  'ours-log-all': program(['--log-calls', 'all']),
  'ours-unbatched': {
    build: 'unbatched',
    guarded: true,
    command: (port, built, files) => [built, ...serve(port, files)],
  },
  'ours-2-cores': { ...program([]), cores: CORES.two },
  'ours-tls': {
    ...program([]),
    tls: true,
    command: (port, built, files) => [built, ...serve(port, files), ...tls(files)],
  },
  'ours-streams': {
    build: 'servers',
    guarded: true,
    command: (port, built, files) => [join(built, 'ours-streams'), ...serve(port, files)],
  },

  go: { build: 'go', command: (port, built) => [built, port] },
  'go-jwt': {
    build: 'go',
    guarded: true,
    command: (port, built, { jwks }) => [built, port, jwks, ISSUER, AUDIENCE, SCOPE],
  },
  envoy: envoy('envoy', {}),
  'envoy-cached': envoy('envoy-cached', { guard: CACHED }),
  'envoy-uncached': envoy('envoy-uncached', { guard: UNCACHED }),
  'envoy-proxy': proxy('envoy-proxy', {}),
  'envoy-proxy-cached': proxy('envoy-proxy-cached', { guard: CACHED }),
  'envoy-proxy-uncached': proxy('envoy-proxy-uncached', { guard: UNCACHED }),
  'envoy-tuned': proxy('envoy-tuned', { tuned: true }),
  'envoy-tuned-cached': proxy('envoy-tuned-cached', { guard: CACHED, tuned: true }),
  'envoy-tuned-uncached': proxy('envoy-tuned-uncached', { guard: UNCACHED, tuned: true }),
  'grpc-js': { build: 'node', command: (port, built) => [process.execPath, join(built, 'grpc.mjs'), port] },
  express: {
    build: 'node',
    guarded: true,
    http1: true,
    command: (port, built, { jwksUrl }) =>
      [process.execPath, join(built, 'express.mjs'), port, jwksUrl, ISSUER, AUDIENCE, SCOPE],
  },
};

function bare(name, ...more) {
  return { build: 'servers', command: (port, built) => [join(built, name), port, ...more] };
}

function library(name, ...more) {
  return { build: 'servers', guarded: true, command: (port, built, { jwks }) => [join(built, name), port, jwks, ...more] };
}

// The real program, as it is released. A flag that it does not have yet is left out, and the row says so.
function program(flags) {
  const missing = () => flags.length > 0 && !help().includes(flags[0]);
  return {
    build: 'program',
    guarded: true,
    command: (port, built, files) => [built, ...serve(port, files), ...(missing() ? [] : flags)],
    note: () => (missing() ? `without ${flags[0]}, which the program does not have` : undefined),
  };
}

let printed;
function help() {
  printed ??= run(build('program').found, ['serve', '--help']);
  return printed;
}

export function serve(port, { jwks }) {
  return ['serve', '--grpc-listen', `127.0.0.1:${port}`, '--issuer', ISSUER, '--audience', AUDIENCE, '--jwks', jwks];
}

function tls({ certificate, key }) {
  return ['--tls-certificate', certificate, '--tls-key', key];
}

// Envoy that answers by itself.
function envoy(name, { guard, tuned }) {
  return {
    build: 'envoy',
    guarded: guard !== undefined,
    command: (port, built, { folder, jwks }, upstream) => {
      const file = join(folder, `${name}.json`);
      const settings = guard && { ...guard, issuer: ISSUER, audience: AUDIENCE, scope: SCOPE, jwks };
      writeFileSync(file, envoyConfig(Number(port), { guard: settings, tuned, upstream: upstream && Number(upstream) }));
      return [built, '--config-path', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
    },
  };
}

// As it protects a server: bare tonic, on the same core.
function proxy(name, settings) {
  return { ...envoy(name, settings), before: 'tonic' };
}

// What has to be built for a server, and for the one behind it.
export function buildsOf(server) {
  const { build, before } = SERVERS[server];
  return [build, ...(before ? buildsOf(before) : [])];
}
