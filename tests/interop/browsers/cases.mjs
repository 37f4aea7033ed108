// What is called, and what each client's caller is to see of it.
//
// `api` is called, `api1` where none is named, with `credentials`: the text of `authorization`, or what is
// special about the token, which is right in all else. `method` is GetStatus where none is named; a stream is
// called where `text` is, which tells the server (streams.rs) how it is to behave. `expected` is an answer or a
// refusal, whichever client and browser it is; where one is known to differ, DIFFERENCES says how. `column` is
// where the case counts in the table.

// A message that the contract leaves open; it has to be there.
export const SOME = 'some message';

// More messages of a stream than one.
export const MANY = 'many';

const SCOPE = 'api1:read:status';

const API1 = { service: 'api1.v1.Api1', method: 'GetStatus', requiredScopes: SCOPE };

// In seconds.
export const HOUR = 3600;

const INVALID_TOKEN = 'Bearer error="invalid_token"';

function refusal(code, reason, challenges, { message = SOME, metadata = API1, retry = false } = {}) {
  return { code, message, challenges, errorInfo: [{ reason, domain: 'sekisho', metadata }], retry };
}

function unauthenticated(reason, challenge, message) {
  return refusal(16, reason, [challenge], { message });
}

// By a server that has its issuer's keys.
export const withKeys = [
  {
    name: 'its scope',
    column: 'allowed',
    credentials: { scope: SCOPE },
    expected: { answer: { name: 'api1', ok: true } },
  },
  {
    name: 'api3, its scope among others',
    column: 'allowed',
    api: 'api3',
    credentials: { scope: `${SCOPE} api3:read:status` },
    expected: { answer: { name: 'api3', ok: true } },
  },
  {
    // Clients tell a deadline in a header of its own, for which the browser asks too.
    name: 'its scope, with a deadline',
    column: 'allowed',
    deadline: 60_000,
    credentials: { scope: SCOPE },
    expected: { answer: { name: 'api1', ok: true } },
  },
  {
    name: 'no token',
    column: 'credentials',
    expected: unauthenticated('CREDENTIALS_MISSING', `Bearer scope="${SCOPE}"`, 'No access token was sent'),
  },
  {
    name: 'another scheme',
    column: 'credentials',
    credentials: 'Basic YTpi',
    expected: unauthenticated('CREDENTIALS_MALFORMED', 'Bearer error="invalid_request"'),
  },
  {
    name: 'no JWT',
    column: 'credentials',
    credentials: 'Bearer garbage',
    expected: unauthenticated('ACCESS_TOKEN_MALFORMED', INVALID_TOKEN),
  },
  {
    name: 'expired',
    column: 'token',
    credentials: { scope: SCOPE, lifetime: -60 },
    expected: unauthenticated('ACCESS_TOKEN_EXPIRED', INVALID_TOKEN),
  },
  {
    name: 'signed by a stranger',
    column: 'token',
    credentials: { scope: SCOPE, signedBy: 'stranger' },
    expected: unauthenticated('ACCESS_TOKEN_INVALID', INVALID_TOKEN),
  },
  {
    name: 'for another audience',
    column: 'token',
    credentials: { scope: SCOPE, aud: 'another' },
    expected: unauthenticated('ACCESS_TOKEN_INVALID', INVALID_TOKEN),
  },
  {
    name: 'without its scope',
    column: 'scope',
    api: 'api3',
    credentials: { scope: SCOPE },
    expected: refusal(
      7,
      'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      ['Bearer error="insufficient_scope", scope="api3:read:status"'],
      {
        message: 'Insufficient scope',
        metadata: {
          service: 'api3.v1.Api3',
          method: 'GetStatus',
          requiredScopes: 'api3:read:status',
          missingScopes: 'api3:read:status',
        },
      },
    ),
  },
  {
    name: 'unknown method',
    column: 'unknown',
    method: 'Nowhere',
    credentials: { scope: SCOPE },
    expected: { code: 12, message: SOME, challenges: [], errorInfo: [], retry: false },
  },
];

// By the same server with `--dangerous-report-only`: what is refused above is answered here, and the reason told.
export const reported = [
  { name: 'no token', credentials: undefined, wouldDeny: ['CREDENTIALS_MISSING'] },
  { name: 'another scheme', credentials: 'Basic YTpi', wouldDeny: ['CREDENTIALS_MALFORMED'] },
  { name: 'expired', credentials: { scope: SCOPE, lifetime: -60 }, wouldDeny: ['ACCESS_TOKEN_EXPIRED'] },
  { name: 'without its scope', credentials: {}, wouldDeny: ['ACCESS_TOKEN_SCOPE_INSUFFICIENT'] },
  { name: 'its scope', credentials: { scope: SCOPE } },
].map(({ wouldDeny, ...each }) => ({
  ...each,
  column: 'reported',
  expected: { answer: { name: 'api1', ok: true }, ...(wouldDeny && { wouldDeny }) },
}));

// By a server whose issuer does not answer. "I cannot check now" is never "you are wrong".
export const withoutKeys = [
  {
    name: 'a token that cannot be checked now',
    column: 'unavailable',
    credentials: { scope: SCOPE },
    expected: refusal(14, 'ISSUER_KEYS_UNAVAILABLE', [], { retry: true }),
  },
  {
    name: 'no JWT, which takes no key to tell',
    column: 'unavailable',
    credentials: 'Bearer garbage',
    expected: unauthenticated('ACCESS_TOKEN_MALFORMED', INVALID_TOKEN),
  },
];

const STREAM = {
  service: 'streaming.v1.Streaming',
  method: 'ServerStream',
  requiredScopes: 'items:read items:list | admin',
};

const TWO_CHALLENGES = [
  'Bearer error="insufficient_scope", scope="items:read items:list"',
  'Bearer error="insufficient_scope", scope="admin"',
];

const TWO_CHALLENGES_CASE = 'a stream, refused with two challenges';

// By the server of streams.rs. What follows the first message is held back until the client has shown that.
export const streams = [
  {
    name: 'a stream to its end',
    column: 'stream',
    text: 'all',
    credentials: { scope: 'admin' },
    expected: { messages: ['first', 'second'], shown: 'while it was open' },
  },
  {
    name: 'a stream, refused before its first message',
    column: 'before',
    text: 'all',
    credentials: { scope: 'admin', lifetime: -60 },
    expected: {
      messages: [],
      shown: 'none',
      ...refusal(16, 'ACCESS_TOKEN_EXPIRED', [INVALID_TOKEN], { metadata: STREAM }),
    },
  },
  {
    // Each of two sets of scopes would do. The server puts both into one line: of two, Firefox shows a page none.
    name: TWO_CHALLENGES_CASE,
    column: 'challenges',
    text: 'all',
    credentials: { scope: 'items:read' },
    expected: {
      messages: [],
      shown: 'none',
      ...refusal(7, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', [TWO_CHALLENGES.join(', ')], {
        message: 'Insufficient scope',
        metadata: { ...STREAM, missingScopes: 'items:list | admin' },
      }),
    },
  },
];

// By the same server, which ends each of them because its access token expires: an hour passes by its clock.
export const ended = [
  lasting('a stream that is idle when its token expires', 'idle', 'all', ['first']),
  lasting('a stream that is busy when its token expires', 'busy', 'busy', MANY),
  lasting('a stream whose token expires before there is a response head', 'late', 'late', []),
];

function lasting(name, column, text, messages) {
  const end = refusal(16, 'ACCESS_TOKEN_EXPIRED', [INVALID_TOKEN], { metadata: STREAM });
  return { name, column, text, credentials: { scope: 'admin', lifetime: HOUR }, expected: { messages, ...end } };
}

// `name` is that of the page's own clients (page/index.js). `patience` is for how many milliseconds a message is
// waited for that a client is known not to show before the end.
export const CLIENTS = [
  { name: 'connect-web', package: '@connectrpc/connect-web' },
  { name: 'grpc-web binary', package: 'grpc-web', format: 'binary', patience: 1000 },
  { name: 'grpc-web text', package: 'grpc-web', format: 'text' },
  { name: 'improbable', package: '@improbable-eng/grpc-web' },
  { name: 'protobuf-ts binary', package: '@protobuf-ts/grpcweb-transport', format: 'binary' },
  { name: 'protobuf-ts text', package: '@protobuf-ts/grpcweb-transport', format: 'text' },
  { name: 'tonic', package: 'tonic-web-wasm-client' },
];

// A library is named by the first word of its clients; without names, all of them.
export function clientsOf(libraries) {
  const library = ({ name }) => name.split(' ')[0];
  const unknown = libraries.filter((name) => !CLIENTS.some((client) => library(client) === name));
  if (unknown.length > 0) throw new Error(`no library is named ${unknown.join(', ')}`);
  return libraries.length === 0 ? CLIENTS : CLIENTS.filter((client) => libraries.includes(library(client)));
}

// Where a client shows something else than what was sent. `instead` is what it shows;
// one that no longer does so fails its cases, and the entry goes. `cell` and `note` are for the table.
const DIFFERENCES = [
  {
    // Of a message, gRPC encodes what stands outside printable ASCII; the server, the spaces as well.
    id: 'encoded',
    clients: ['protobuf-ts binary', 'protobuf-ts text'],
    of: ({ expected }) => expected.message !== undefined,
    instead: (expected) => ({ ...expected, message: encodeURI(expected.message) }),
    cell: 'message encoded',
    note: 'The status message is left in the percent-encoding that it travels in; `decodeURIComponent` reads it.',
  },
  {
    // It asks for an ArrayBuffer, which XMLHttpRequest has no part of before the whole.
    id: 'late',
    clients: ['grpc-web binary'],
    of: ({ expected }) => expected.shown === 'while it was open',
    instead: (expected) => ({ ...expected, shown: 'at its end' }),
    cell: 'at the end',
    note: 'Messages of a stream are shown once it has ended; its text format shows each as it comes.',
  },
];

// What is expected of a case by this client, and the differences that count in it.
export function expectedOf(each, client) {
  const differences = DIFFERENCES.filter((one) => one.clients.includes(client.name) && one.of(each));
  const expected = differences.reduce((sum, { instead }) => instead(sum), each.expected);
  return { expected, differences: differences.map(({ id, cell, note }) => ({ id, cell, note })) };
}

// The columns of the table.
export const COLUMNS = {
  allowed: 'allowed',
  credentials: 'no usable credentials',
  token: 'token not accepted',
  scope: 'scope lacking',
  unknown: 'unknown method',
  unavailable: 'issuer unreachable',
  stream: 'stream',
  before: 'stream refused at first',
  idle: 'ended idle',
  busy: 'ended busy',
  late: 'ended before the first message',
  challenges: 'two challenges',
  reported: 'only reported',
  foreign: 'foreign origin',
};
