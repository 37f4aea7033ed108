// What every client is to do. Cases of one row share an issuer, and follow each other; rows go on side by side.
//
// `events` is how many are to be shown, `environment` what the client is told besides, `flags` and `server` what the server
// is, the latter by its environment, `refresh` how often that fetches keys;
// `meanwhile` changes the world once an event has been shown. What a client printed, and what issuer and server have
// seen of it, is to be as `expected`: a number, or `{ atLeast }`.

// Shorter than two of them may be followed by no client that does not renew its token. In seconds.
const LIFETIME = 5;

// A new event comes each tenth of a second.
const PER_SECOND = 10;

// What of a stream goes right. `ended` are the reasons for which the server has ended streams.
function shown(events, special) {
  return { code: 0, says: 'OK', reason: undefined, events, refusedByIssuer: 0, refused: 0, ended: [], ...special };
}

function refused(says, reason, special) {
  return { code: 1, says, reason, events: 0, refusedByIssuer: 0, allowed: 0, ended: [], ...special };
}

const LONG = 3 * LIFETIME * PER_SECOND;

const AFTER_ITS_START = 7 * PER_SECOND;

export const rows = [
  {
    lifetime: LIFETIME,
    cases: [
      {
        // However long the next stream takes on a busy machine, it is there before the server ends this one, which looks
        // for ends after each fetch of keys besides. Who waits for that end has shown all events with one token. Who
        // opens each stream after the end of the token before has no fourth one within three lifetimes.
        name: 'renewed before it ends',
        events: LONG,
        server: { ENDS_LATE: '60' },
        expected: shown(LONG, { tokens: { atLeast: 4 }, allowed: { atLeast: 4 } }),
      },
    ],
  },
  {
    lifetime: LIFETIME,
    cases: [
      {
        name: 'reopened after it has ended',
        events: LONG,
        environment: { SEKISHO_RENEWAL: 'after' },
        expected: shown(LONG, { tokens: { atLeast: 3 }, allowed: { atLeast: 3 }, ended: ['ACCESS_TOKEN_EXPIRED'] }),
      },
    ],
  },
  {
    lifetime: 600,
    cases: [
      {
        name: 'lacks the scope',
        environment: { SEKISHO_SCOPE: 'api1:read:status' },
        expected: refused('PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', { tokens: 1, refused: 1 }),
      },
      {
        name: 'refused by the issuer',
        environment: { SEKISHO_TOKEN_CLIENT_SECRET: 'wrong' },
        expected: refused('UNAUTHENTICATED', undefined, { tokens: 0, refusedByIssuer: 1, refused: 0 }),
      },
      {
        name: 'token refused, and the next one too',
        flags: ['--audience', 'another'],
        expected: refused('UNAUTHENTICATED', 'ACCESS_TOKEN_INVALID', { tokens: 2, refused: 2 }),
      },
      {
        name: "token's key withdrawn",
        refresh: '1s',
        events: 2 * AFTER_ITS_START,
        meanwhile: {
          event: AFTER_ITS_START,
          change: async (issuer) => {
            await issuer.admin('/test/rotate', { method: 'POST' });
            await issuer.admin('/test/retire', { method: 'POST' });
          },
        },
        expected: shown(2 * AFTER_ITS_START, { tokens: 2, allowed: 2, ended: ['ACCESS_TOKEN_INVALID'] }),
      },
    ],
  },
];
