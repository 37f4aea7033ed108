// Who calls. Each tells of a call what its caller sees: { code, reason, answer, told }, the last being each entry
// `sekisho-would-deny`, whether it came in head or trailers.
import { createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeName } from '../clients/answer.mjs';
import { run } from '../processes.mjs';
import { seen } from './connect.mjs';

const HERE = import.meta.dirname;

const WOULD_DENY = 'sekisho-would-deny';

const PROTOS = '{"version": "v2", "modules": [{"path": "crates/sekisho-policy/proto"}, {"path": "tests/proto", "includes": ["tests/proto/kinds"]}, {"path": "tests/interop/proto"}]}';

const INTEROP = JSON.parse(readFileSync(join(HERE, '../package.json'), 'utf8')).devDependencies;

// Writes the code for Connect, and compiles the client in Go.
export function build() {
  const options = { stdio: ['ignore', 'inherit', 'inherit'] };
  execFileSync('buf', ['generate', join(HERE, '../../..'), '--config', PROTOS, '--template', 'buf.gen.yaml'], { ...options, cwd: HERE });
  execFileSync(join(HERE, 'go/build'), [], options);
}

// --- Go -------------------------------------------------------------------------------------------------

async function go({ address, method, fail, authorization }) {
  const environment = authorization === undefined ? {} : { AUTHORIZATION: authorization };
  const { stdout, stderr, code } = await run(join(HERE, 'go/client'), [address, method, ...(fail ? ['fail'] : [])], { environment });
  if (code !== 0) throw new Error(`go/client ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

// --- Connect --------------------------------------------------------------------------------------------

function connect(transport) {
  return async ({ address, ...call }) => {
    const [kinds, details] = await Promise.all([import('./gen/kinds/v1/kinds_pb.js'), import('./gen/google/rpc/error_details_pb.js')]);
    return seen({ ...kinds, ...details }, transport({ baseUrl: `http://${address}`, httpVersion: '2' }), call);
  };
}

// --- grpcurl --------------------------------------------------------------------------------------------

async function grpcurl({ address, method, fail = false, authorization }) {
  const credentials = authorization === undefined ? [] : ['-rpc-header', `authorization: ${authorization}`];
  const flags = ['-v', '-plaintext', '-format-error', '-emit-defaults', '-max-time', '20', ...credentials, '-d', JSON.stringify({ fail })];
  const { stdout, stderr, code } = await run('grpcurl', [...flags, address, `kinds.v1.Kinds/${method}`]);
  const told = [...stdout.matchAll(new RegExp(`^${WOULD_DENY}: (.*)$`, 'gm'))].map(([, reason]) => reason);
  if (code === 0) return { code: 'OK', answer: JSON.parse(/^Response contents:\n(.*?)\n\nResponse /ms.exec(stdout)[1]), told };
  if (code <= 64) throw new Error(`grpcurl could not call: ${stderr}`);
  const error = JSON.parse(stderr);
  return { code: codeName(error.code), reason: error.details?.find(({ domain }) => domain === 'sekisho')?.reason, told };
}

// --------------------------------------------------------------------------------------------------------

const grpcGo = /google\.golang\.org\/grpc v(\S+)/.exec(readFileSync(join(HERE, 'go/go.mod'), 'utf8'))[1];
const version = /^GRPCURL=v(.*)$/m.exec(readFileSync(join(HERE, '../../../.ci/run'), 'utf8'))[1];

export const CLIENTS = [
  { name: 'go', library: `grpc-go ${grpcGo}`, call: go },
  { name: 'connect', library: `@connectrpc/connect-node ${INTEROP['@connectrpc/connect-node']}`, call: connect(createGrpcTransport) },
  {
    name: 'connect-web',
    library: `gRPC-Web by @connectrpc/connect-node ${INTEROP['@connectrpc/connect-node']}`,
    call: connect(createGrpcWebTransport),
  },
  { name: 'grpcurl', library: `grpcurl ${version}`, call: grpcurl },
];
