// What every client calls, and what it has to show of it: the contract, as data.
//
// `what` is called at one of the servers (servers.mjs) with `token`: nothing, a text as it stands, or what is
// special about an access token that is right in all else. `expected` is in the form of answer.mjs; a message that
// the contract leaves open is SOME, and has to be there. `column` is what a case is called above the table, if not by its
// number; what `lasts` has a server of its own, by whose clock an hour passes once the stream is open.
import { API_NAMES } from './servers.mjs';

export const SOME = 'some message';

// More messages than one.
export const MANY = 'many';

const SCOPE = 'api1:read:status';

const ALL_SCOPES = 'api1:read:status api2:read:status api3:read:status';

const INVALID_TOKEN = 'Bearer error="invalid_token"';

function answered(text, ...warned) {
  return { code: 'OK', message: text, ...(warned.length > 0 && { warned }) };
}

// Of api1, which asks for SCOPE, unless something else is said.
function refused(code, reason, challenge, special) {
  const challenges = challenge === undefined ? [] : [challenge];
  return { code, message: SOME, reason, required: SCOPE, challenges, retry: false, ...special };
}

const LACKS_SCOPE = refused(
  'PERMISSION_DENIED',
  'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
  'Bearer error="insufficient_scope", scope="api3:read:status"',
  { message: 'Insufficient scope', required: 'api3:read:status', missing: 'api3:read:status' },
);

function unauthenticated(reason, challenge, special) {
  return refused('UNAUTHENTICATED', reason, challenge, special);
}

// In seconds: an hour.
const LIFETIME = 3600;

// A stream that the server ends because its token expires. How it behaves until then is up to the token's subject.
function ended(sub, name, messages, title = sub) {
  const special = { message: 'The access token has expired', required: 'events:read', messages };
  return {
    name,
    column: `ended ${title}`,
    server: 'streams',
    what: 'stream',
    token: { scope: 'events:read', sub, lifetime: LIFETIME },
    lasts: true,
    expected: unauthenticated('ACCESS_TOKEN_EXPIRED', INVALID_TOKEN, special),
  };
}

export const cases = [
  {
    name: 'its scope',
    what: 'api1',
    token: { scope: SCOPE },
    expected: answered('name=api1 ok=true'),
  },
  {
    name: 'its scope among others',
    what: 'api2',
    token: { scope: ALL_SCOPES },
    expected: answered('name=api2 ok=true'),
  },
  {
    name: 'its scope, in `scp`, as a list',
    what: 'api3',
    token: { scp: ['api3:read:status'] },
    expected: answered('name=api3 ok=true'),
  },
  {
    name: 'no token',
    what: 'api1',
    expected: unauthenticated('CREDENTIALS_MISSING', `Bearer scope="${SCOPE}"`, { message: 'No access token was sent' }),
  },
  {
    name: 'two words',
    what: 'api1',
    token: 'two words',
    expected: unauthenticated('CREDENTIALS_MALFORMED', 'Bearer error="invalid_request"'),
  },
  {
    name: 'no JWT',
    what: 'api1',
    token: 'garbage',
    expected: unauthenticated('ACCESS_TOKEN_MALFORMED', INVALID_TOKEN),
  },
  {
    name: 'longer than 8 KiB',
    what: 'api1',
    token: { scope: SCOPE, padding: 'x'.repeat(8192) },
    expected: unauthenticated('ACCESS_TOKEN_MALFORMED', INVALID_TOKEN),
  },
  {
    name: 'expired',
    what: 'api1',
    token: { scope: SCOPE, lifetime: -60 },
    expected: unauthenticated('ACCESS_TOKEN_EXPIRED', INVALID_TOKEN),
  },
  {
    name: "a stranger's signature",
    what: 'api1',
    token: { scope: SCOPE, signedBy: 'stranger' },
    expected: unauthenticated('ACCESS_TOKEN_INVALID', INVALID_TOKEN),
  },
  {
    name: 'another audience',
    what: 'api1',
    token: { scope: SCOPE, aud: 'another' },
    expected: unauthenticated('ACCESS_TOKEN_INVALID', INVALID_TOKEN),
  },
  {
    name: 'without its scope',
    what: 'api3',
    token: { scope: SCOPE },
    expected: LACKS_SCOPE,
  },
  {
    name: 'right, but nobody can tell now',
    server: 'without keys',
    what: 'api1',
    token: { scope: SCOPE },
    expected: refused('UNAVAILABLE', 'ISSUER_KEYS_UNAVAILABLE', undefined, { retry: true }),
  },
  {
    name: 'no JWT, which takes no key to tell',
    server: 'without keys',
    what: 'api1',
    token: 'garbage',
    expected: unauthenticated('ACCESS_TOKEN_MALFORMED', INVALID_TOKEN),
  },
  {
    name: 'its scope, over TLS',
    server: 'TLS',
    what: 'api1',
    token: { scope: SCOPE },
    expected: answered('name=api1 ok=true'),
  },
  {
    name: 'without its scope, over TLS',
    server: 'TLS',
    what: 'api3',
    token: { scope: SCOPE },
    expected: LACKS_SCOPE,
  },
  {
    name: 'no token',
    what: 'health',
    expected: answered('SERVING'),
  },
  {
    name: 'no token',
    server: 'without keys',
    what: 'health',
    expected: answered('NOT_SERVING'),
  },
  {
    name: 'no token, for anyone',
    what: 'reflection',
    expected: answered(API_NAMES),
  },
  {
    name: 'no token, where one is wanted',
    server: 'reflection with a token',
    what: 'reflection',
    expected: unauthenticated('CREDENTIALS_MISSING', 'Bearer', { message: 'No access token was sent', required: undefined }),
  },
  {
    name: 'any token, where one is wanted',
    server: 'reflection with a token',
    what: 'reflection',
    token: {},
    expected: answered(API_NAMES),
  },
  {
    name: 'off',
    server: 'without reflection',
    what: 'reflection',
    token: { scope: SCOPE },
    expected: { code: 'UNIMPLEMENTED', message: SOME, challenges: [], retry: false },
  },
  {
    name: 'its scope',
    server: 'only reports',
    what: 'api1',
    token: { scope: SCOPE },
    expected: answered('name=api1 ok=true'),
  },
  {
    name: 'no token',
    server: 'only reports',
    what: 'api1',
    expected: answered('name=api1 ok=true', 'CREDENTIALS_MISSING'),
  },
  {
    name: 'expired',
    server: 'only reports',
    what: 'api1',
    token: { scope: SCOPE, lifetime: -60 },
    expected: answered('name=api1 ok=true', 'ACCESS_TOKEN_EXPIRED'),
  },
  {
    name: 'without its scope',
    server: 'only reports',
    what: 'api3',
    token: { scope: SCOPE },
    expected: answered('name=api3 ok=true', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'),
  },
  ended('idle', 'that expires while nothing comes', 1),
  ended('busy', 'that expires while messages come', MANY),
  ended('late', 'that expires before there is a response head', undefined, 'before the first message'),
];
