// Everyone who calls: the example clients, and tools that are no generated client.
//
// Each is built once and then called for every case. What it cannot show by its nature is said by `unseen`, case by
// case, and stands in the table; a client that has to say so itself is held to it. What it shows in part is said by
// `partial`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes.mjs';
import { printed, warnings } from './answer.mjs';
import { descriptorDatabase } from './descriptors.mjs';
import { METHODS, bufCurl, describe, grpcurl } from './tools.mjs';

const EXAMPLES = join(import.meta.dirname, '../../../examples/clients');

// It fetches what the language's package manager brings.
const BUILDING = 15 * 60;

// Of a library that is pinned: how FILE names its version.
function pinned(library, file, pattern) {
  return { library, version: pattern.exec(readFileSync(join(EXAMPLES, file), 'utf8'))?.[1] };
}

function pinnedInLock(library, file = 'typescript/package-lock.json') {
  const { packages } = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8'));
  return { library, version: packages[`node_modules/${library}`].version };
}

// --- example clients ------------------------------------------------------------------------------------

// A folder of examples/clients, by the common face of all that are there.
function example(name, folder, made, { launcher = 'client', unseen = nothing, partial = nothing, checks = [] } = {}) {
  return {
    name,
    ...made,
    unseen,
    partial,
    checks,
    build: () => build(folder),
    call: async ({ what, url, token, roots }) => {
      const environment = { SEKISHO_URL: url, SEKISHO_CA_FILE: url.startsWith('https:') ? roots : '', TOKEN: token ?? '' };
      const { stdout, stderr, code } = await run(join(EXAMPLES, folder, launcher), [what], { environment });
      const warned = warnings(stderr);
      const others = warned.filter(({ call }) => ![what, `/${METHODS[what]}`].includes(call));
      if (others.length > 0) throw new Error(`it warns of what was not called: ${stderr}`);
      const answer = printed(what, stdout, warned.map(({ reason }) => reason));
      if (answer === undefined) throw new Error(`nothing that can be read: ${stdout}${stderr}`);
      const fitting = answer.cannot || answer.code === 'OK' ? 0 : 1;
      if (code !== fitting) throw new Error(`exit code ${code}, and not ${fitting}, after: ${stdout}${stderr}`);
      return answer;
    },
  };
}

async function build(folder) {
  const { code, stdout, stderr } = await run(join(EXAMPLES, folder, 'build'), [], { seconds: BUILDING });
  if (code !== 0) throw new Error(`examples/clients/${folder}/build ended with ${code}: ${stdout}${stderr}`);
}

// --- tools ----------------------------------------------------------------------------------------------

// `readsFiles`: is told of methods by files, and not by reflection.
function tool(name, made, { readsFiles, call, unseen = nothing, partial = nothing, marks = [] }) {
  const calling = call({ readsFiles });
  return { name, ...made, readsFiles, unseen, partial, marks, build: ({ folder }) => describe(folder), call: calling };
}

const GRPCURL = pinned('grpcurl', '../../.ci/run', /^GRPCURL=v(.*)$/m);

const BUF = pinnedInLock('@bufbuild/buf', '../../tests/interop/package-lock.json');

const UNDECODED = 'Prints details as they come, in base64; it is the runner that decodes them.';

const REFLECTION_OVER_HTTP2 = 'Goes over to HTTP/2 by itself for reflection, which is a stream in both directions.';

function buf(name, options, { readsFiles, unseen, partial, marks = [] }) {
  const call = ({ readsFiles }) => bufCurl({ ...options, readsFiles });
  return tool(name, BUF, { readsFiles, call, unseen, partial, marks: [UNDECODED, ...marks] });
}

const PRIOR_KNOWLEDGE = ['--http2-prior-knowledge'];

// --- what cannot be shown -------------------------------------------------------------------------------

function nothing() {
  return undefined;
}

function noStreamsInBothDirections({ what }) {
  if (what !== 'reflection') return undefined;
  return { why: '`fetch` has no streams in both directions, and reflection is one.', said: /bidirectional/ };
}

// `said` is what the tool says to that, where it was the server that told it.
function onlyWithReflection(said) {
  const why = 'Knows methods by reflection, and so cannot call without.';
  return ({ server }) => (server === 'without reflection' ? { why, said } : undefined);
}

// Of a stream that has begun, the trailers of gRPC-Web come in the body; and so they do of an answer.
function noTrailersOfTheBody({ expected: { warned, ...expected } }) {
  if (warned) return { why: 'Prints trailers of HTTP alone, and so not why the call would be refused.', instead: expected };
  if (!expected.messages) return undefined;
  return { why: 'Prints trailers of HTTP alone, and so not the challenge.', instead: { ...expected, challenges: [] } };
}

// --------------------------------------------------------------------------------------------------------

export const programs = [
  example('go', 'go', pinned('grpc-go', 'go/go.mod', /google\.golang\.org\/grpc v(\S+)/)),
  example('java', 'java', pinned('grpc-java', 'java/pom.xml', /<grpc\.version>(.*?)</)),
  example('python', 'python', pinned('grpcio', 'python/requirements.txt', /^grpcio==(\S+)/m), {
    checks: [descriptorDatabase],
  }),
  example('grpc-js', 'typescript', pinnedInLock('@grpc/grpc-js'), { launcher: 'client-grpc-js' }),
  example('connect', 'typescript', pinnedInLock('@connectrpc/connect-node'), { launcher: 'client-connect' }),
  example('connect-web', 'typescript', pinnedInLock('@connectrpc/connect-web'), {
    launcher: 'client-connect-web',
    unseen: noStreamsInBothDirections,
  }),
  example('cpp', 'cpp', { library: "Debian's grpc++" }),
  example('ruby', 'ruby', { library: "Debian's ruby-grpc" }),
  example('rust', 'rust', pinned('tonic', 'rust/Cargo.lock', /name = "tonic"\nversion = "(.*?)"/)),
  tool('grpcurl', GRPCURL, {
    readsFiles: false,
    call: grpcurl,
    unseen: onlyWithReflection(/server does not support the reflection API/),
  }),
  tool('grpcurl, protoset', GRPCURL, { readsFiles: true, call: grpcurl }),
  buf('buf curl, gRPC', { protocol: 'grpc', flags: PRIOR_KNOWLEDGE }, {
    readsFiles: false,
    unseen: onlyWithReflection(/Grpc-Status: 12/),
  }),
  buf('buf curl, gRPC, schema', { protocol: 'grpc', flags: PRIOR_KNOWLEDGE }, { readsFiles: true }),
  buf('buf curl, gRPC-Web, HTTP/1.1', { protocol: 'grpcweb' }, {
    readsFiles: true,
    partial: noTrailersOfTheBody,
    marks: [REFLECTION_OVER_HTTP2],
  }),
  buf('buf curl, gRPC-Web, HTTP/2', { protocol: 'grpcweb', flags: PRIOR_KNOWLEDGE }, {
    readsFiles: true,
    partial: noTrailersOfTheBody,
  }),
];
