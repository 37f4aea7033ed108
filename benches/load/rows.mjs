// What is measured. Rows of a group take turns, and are compared with each other round by round.
import { h2load, manyCallers } from './load.mjs';

const unary = h2load({ connections: 4, streams: 32 });
const single = h2load({ connections: 1, streams: 1 });
const apart = h2load({ connections: 32, streams: 1 });
const streams = h2load({ connections: 4, streams: 2 });

// `base` is the row that the ratios of the table are to.
export const GROUPS = [
  {
    name: 'unary',
    title: 'Unary calls, 4 connections with 32 calls in flight each',
    base: 'tonic',
    rows: [
      row('tonic', 'bare tonic as shipped, built with our profile', 'tonic', unary),
      row('tonic-plain', "bare tonic, built with cargo's default release profile", 'tonic-plain', unary),
      row('ours', '`sekisho serve`, tokens remembered (as released)', 'ours', unary),
      row('ours-cold', '`sekisho serve --remember-tokens 0`', 'ours-cold', unary),
      row('ours-unbatched', '`sekisho serve`, built to write each answer by itself', 'ours-unbatched', unary),
      row('ours-log-all', '`sekisho serve --log-calls all`, to a file', 'ours-log-all', unary),
      row('ours-denied', '`sekisho serve`, refused: no token', 'ours', unary.with({ token: 'none' })),
      row('ours-malformed', '`sekisho serve`, refused: no JWT', 'ours', unary.with({ token: 'malformed' })),
      row('ours-web', '`sekisho serve`, gRPC-Web', 'ours', unary.with({ type: 'application/grpc-web+proto' })),
      row('ours-tls', '`sekisho serve`, over TLS', 'ours-tls', unary),
      row('tonic-layer', "the library in a stranger's tonic server, tokens remembered", 'tonic-layer', unary),
      row('hyper', 'bare hyper, a constant answer', 'hyper', unary),
      row('hyper-batched', 'bare hyper, a constant answer, batched writes (the floor)', 'hyper-batched', unary),
      row('connect-rust', 'connect-rust 0.9.1, unprotected', 'connect-rust', unary),
      row('go', 'grpc-go, unprotected', 'go', unary),
      row('go-jwt', 'grpc-go with golang-jwt on each call', 'go-jwt', unary),
      row('envoy', 'Envoy answers by itself, unprotected', 'envoy', unary),
      row('envoy-cached', 'Envoy answers by itself; jwt_authn with its cache, RBAC', 'envoy-cached', unary),
      row('envoy-uncached', 'Envoy answers by itself; jwt_authn without cache, RBAC', 'envoy-uncached', unary),
      row('envoy-proxy', 'Envoy before bare tonic, unprotected', 'envoy-proxy', unary),
      row('envoy-proxy-cached', 'Envoy before bare tonic; jwt_authn with its cache, RBAC', 'envoy-proxy-cached', unary),
      row('envoy-proxy-uncached', 'Envoy before bare tonic; jwt_authn without cache, RBAC', 'envoy-proxy-uncached', unary),
      row('envoy-tuned', 'tuned Envoy before bare tonic, unprotected', 'envoy-tuned', unary),
      row('envoy-tuned-cached', 'tuned Envoy before bare tonic; jwt_authn with its cache, RBAC', 'envoy-tuned-cached', unary),
      row('envoy-tuned-uncached', 'tuned Envoy before bare tonic; jwt_authn without cache, RBAC', 'envoy-tuned-uncached', unary),
      row('grpc-js', 'grpc-js, unprotected', 'grpc-js', unary),
      row('express', 'Express with express-jwt and express-jwt-authz (HTTP/1.1, 128 connections)', 'express', unary.overHttp1('/status')),
    ],
  },
  {
    name: '1x1',
    title: 'One call in flight',
    base: 'tonic-1x1',
    rows: [
      row('tonic-1x1', 'bare tonic', 'tonic', single),
      row('ours-1x1', '`sekisho serve`', 'ours', single),
    ],
  },
  {
    name: '32x1',
    title: '32 connections with one call in flight each',
    base: 'tonic-32x1',
    rows: [
      row('tonic-32x1', 'bare tonic', 'tonic', apart),
      row('ours-32x1', '`sekisho serve`', 'ours', apart),
    ],
  },
  {
    name: 'downloads',
    title: 'Server streams of 1,000 messages of 1 KiB, 4 connections with 2 in flight each; counted are whole streams',
    base: 'tonic-download',
    rows: [
      row('tonic-download', 'bare tonic', 'tonic', streams.download()),
      row('ours-download', "the program's server", 'ours-streams', streams.download()),
    ],
  },
  {
    name: 'uploads',
    title: 'Uploads of 4 MiB in messages of 64 KiB, 4 connections with 2 in flight each; counted are whole uploads',
    base: 'tonic-upload',
    rows: [
      row('tonic-upload', 'bare tonic', 'tonic', streams.upload()),
      row('ours-upload', "the program's server", 'ours-streams', streams.upload()),
    ],
  },
  {
    name: 'tokens',
    title: 'Live tokens, by a generator of our own, since h2load has one',
    base: 'ours-1-token',
    rows: [
      row('ours-1-token', '`sekisho serve`, one token', 'ours', manyCallers(1)),
      row('ours-10000-tokens', '`sekisho serve`, 10,000 tokens in turn', 'ours', manyCallers(10_000), 'its own'),
    ],
  },
  {
    name: 'methods',
    title: "Methods of the policy, in a stranger's tonic server",
    base: '3-methods',
    rows: [
      row('3-methods', '3 methods', '3-methods', unary),
      row('3000-methods', '3,000 methods', '3000-methods', unary),
    ],
  },
  {
    name: 'cores',
    title: 'Cores of the server',
    base: 'ours-1-core',
    rows: [
      row('ours-1-core', '`sekisho serve` on one core', 'ours', unary),
      row('ours-2-cores', '`sekisho serve` on two cores', 'ours-2-cores', unary),
    ],
  },
];

// Rows of a group with one server share its process, unless one of them wants its own.
function row(name, what, server, load, process = 'shared') {
  return { name, what, server, load, process: process === 'shared' ? server : name };
}

// The groups with the rows that were asked for by name, or by the name of their group; all of them without names.
export function chosen(names) {
  if (names.length === 0) return GROUPS;
  const wanted = (group) => group.rows.filter((row) => names.includes(group.name) || names.includes(row.name));
  return GROUPS.map((group) => ({ ...group, rows: wanted(group) })).filter((group) => group.rows.length > 0);
}

export function allNames() {
  return GROUPS.flatMap((group) => [group.name, ...group.rows.map((row) => row.name)]);
}
