// What is called, and what each client's caller is to see of it, whichever client it is.
//
// `api` is called, `api1` where none is named, with `credentials`: the text of `authorization`, or what is
// special about the token, which is right in all else. `method` is GetStatus where none is named. `expected` is
// an answer or a refusal.

// A message that the contract leaves open; it has to be there.
export const SOME = 'some message';

const SCOPE = 'api1:read:status';

const API1 = { service: 'api1.v1.Api1', method: 'GetStatus', requiredScopes: SCOPE };

const INVALID_TOKEN = 'Bearer error="invalid_token"';

function refusal(code, reason, challenge, { message = SOME, metadata = API1, retry = false } = {}) {
  return { code, message, challenge, errorInfo: [{ reason, domain: 'sekisho', metadata }], retry };
}

function unauthenticated(reason, challenge, message) {
  return refusal(16, reason, challenge, { message });
}

// By a server that has its issuer's keys.
export const withKeys = [
  {
    name: 'its scope',
    credentials: { scope: SCOPE },
    expected: { answer: { name: 'api1', ok: true } },
  },
  {
    name: 'api3, its scope among others',
    api: 'api3',
    credentials: { scope: `${SCOPE} api3:read:status` },
    expected: { answer: { name: 'api3', ok: true } },
  },
  {
    // Clients tell a deadline in a header of its own, for which the browser asks too.
    name: 'its scope, with a deadline',
    deadline: 60_000,
    credentials: { scope: SCOPE },
    expected: { answer: { name: 'api1', ok: true } },
  },
  {
    name: 'no token',
    expected: unauthenticated('CREDENTIALS_MISSING', `Bearer scope="${SCOPE}"`, 'No access token was sent'),
  },
  {
    name: 'another scheme',
    credentials: 'Basic YTpi',
    expected: unauthenticated('CREDENTIALS_MALFORMED', 'Bearer error="invalid_request"'),
  },
  {
    name: 'no JWT',
    credentials: 'Bearer garbage',
    expected: unauthenticated('ACCESS_TOKEN_MALFORMED', INVALID_TOKEN),
  },
  {
    name: 'expired',
    credentials: { scope: SCOPE, lifetime: -60 },
    expected: unauthenticated('ACCESS_TOKEN_EXPIRED', INVALID_TOKEN),
  },
  {
    name: 'signed by a stranger',
    credentials: { scope: SCOPE, signedBy: 'stranger' },
    expected: unauthenticated('ACCESS_TOKEN_INVALID', INVALID_TOKEN),
  },
  {
    name: 'for another audience',
    credentials: { scope: SCOPE, aud: 'another' },
    expected: unauthenticated('ACCESS_TOKEN_INVALID', INVALID_TOKEN),
  },
  {
    name: 'without its scope',
    api: 'api3',
    credentials: { scope: SCOPE },
    expected: refusal(
      7,
      'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      'Bearer error="insufficient_scope", scope="api3:read:status"',
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
    method: 'Nowhere',
    credentials: { scope: SCOPE },
    expected: { code: 12, message: SOME, errorInfo: [], retry: false },
  },
];

// By a server whose issuer does not answer. "I cannot check now" is never "you are wrong".
export const withoutKeys = [
  {
    name: 'a token that cannot be checked now',
    credentials: { scope: SCOPE },
    expected: refusal(14, 'ISSUER_KEYS_UNAVAILABLE', undefined, { retry: true }),
  },
  {
    name: 'no JWT, which takes no key to tell',
    credentials: 'Bearer garbage',
    expected: unauthenticated('ACCESS_TOKEN_MALFORMED', INVALID_TOKEN),
  },
];
