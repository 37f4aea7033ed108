import {
  SCOPES,
  answered,
  expired,
  idToken,
  invalid,
  lacking,
  otherAlgorithm,
  otherAudience,
  otherType,
  unpublishedKey,
} from '../runner/expected.mjs';
import { read } from '../runner/issuer.mjs';
import { pinnedByNpm } from '../runner/pinned.mjs';
import { until } from '../../processes.mjs';

const AUDIENCE = 'auth0-multiple-api';

// The least that its tokens need: it gives them no subject.
const SUBJECT = { sub: 'm2m' };

const otherIssuer = invalid('The access token is from another issuer');

function now(seconds) {
  return Math.floor(Date.now() / 1000) + seconds;
}

function parameters(payload = {}, header = {}) {
  return { aud: AUDIENCE, change: JSON.stringify({ header, payload: { ...SUBJECT, ...payload } }) };
}

// A token in which one thing is other than usual; null takes it out.
function changed(payload, header) {
  return (issuer) => issuer.clientCredentials('m2m', SCOPES[0], parameters(payload, header));
}

function missing(claim) {
  return invalid(`The access token has no ${claim} claim`);
}

function wrongType(claim) {
  return invalid(`The access token's ${claim} claim is of the wrong type`);
}

const bound = invalid(
  'The access token is bound to its sender (cnf), and is not accepted as a bearer token',
);

async function addKey(issuer, algorithm) {
  await issuer.admin(`/test/key?algorithm=${algorithm}`, { method: 'POST' });
}

// Its keys sign in turn.
async function signedWith(issuer, algorithm) {
  await addKey(issuer, algorithm);
  return until(async () => {
    const token = await issuer.clientCredentials('m2m');
    return read(token).header.alg === algorithm && token;
  });
}

const payloads = [
  ['as it should be', {}, answered()],
  ['no `sub`, as it comes', { sub: null }, missing('sub')],
  ['`sub` a number', { sub: 7 }, wrongType('sub')],
  ['`sub` empty', { sub: '' }, invalid("The access token's sub claim is empty")],
  ['`aud` an array that names the API', { aud: ['another', AUDIENCE] }, answered()],
  ['`aud` an array that does not', { aud: ['another', `${AUDIENCE}/`] }, otherAudience],
  ['`aud` an empty array', { aud: [] }, otherAudience],
  ['`aud` another', { aud: 'another' }, otherAudience],
  ['`aud` a number', { aud: 7 }, wrongType('aud')],
  ['`aud` an array with a number', { aud: [AUDIENCE, 7] }, wrongType('aud')],
  ['no `aud`', { aud: null }, missing('aud')],
  ['`exp` in the past', { exp: now(-60) }, expired],
  ['`exp` with a fraction', { exp: now(600) + 0.5 }, answered()],
  ['`exp` a string', { exp: String(now(600)) }, wrongType('exp')],
  ['`exp` in milliseconds', { exp: now(600) * 1000 }, wrongType('exp')],
  ['no `exp`', { exp: null }, missing('exp')],
  ['`nbf` in the future', { nbf: now(600) }, invalid('The access token is not valid yet')],
  ['`nbf` a string', { nbf: 'now' }, wrongType('nbf')],
  ['`nbf` before 1970', { nbf: -1 }, answered()],
  ['no `nbf`', { nbf: null }, answered()],
  ['`iat` in the future', { iat: now(600) }, invalid('The access token was issued in the future')],
  ['no `iat`', { iat: null }, answered()],
  ['`iss` another', { iss: 'https://issuer.example/' }, otherIssuer],
  ['no `iss`', { iss: null }, missing('iss')],
  ['`scope` an array', { scope: [SCOPES[0]] }, answered()],
  ['`scope` an array with a number', { scope: [SCOPES[0], 7] }, lacking()],
  ['`scope` a number', { scope: 7 }, lacking()],
  ['`scope` an object', { scope: { [SCOPES[0]]: true } }, lacking()],
  ['`scope` empty', { scope: '' }, lacking()],
  ['no `scope`', { scope: null }, lacking()],
  ['`scp` instead of `scope`', { scope: null, scp: SCOPES[0] }, answered()],
  ['`scope` in capitals', { scope: SCOPES[0].toUpperCase() }, lacking()],
  ['`nonce`, which only ID tokens have', { nonce: 'n' }, idToken],
  ['`nonce` beside `typ` `Bearer`, as Keycloak writes it', { nonce: 'n', typ: 'Bearer' }, answered()],
  ['`jti` a number', { jti: 7 }, wrongType('jti')],
  ['`cnf`, which binds it to its sender', { cnf: { jkt: 'x' } }, bound],
];

const headers = [
  ['`typ` is `at+jwt`', { typ: 'at+jwt' }, answered()],
  ['`typ` is `application/at+jwt`', { typ: 'application/at+jwt' }, answered()],
  ['`typ` is `application/jwt`', { typ: 'application/jwt' }, answered()],
  ['`typ` is `logout+jwt`', { typ: 'logout+jwt' }, otherType],
  ['`typ` is `dpop+jwt`', { typ: 'dpop+jwt' }, otherType],
  ['`kid` a number', { kid: 7 }, invalid("The access token's kid is not a string")],
  ['no `kid`', { kid: null }, answered()],
];

export default {
  title: 'oauth2-mock-server',
  version: pinnedByNpm('oauth2-mock-server'),
  folder: 'oauth2-mock-server',
  parameters: parameters(),
  person: {
    client: 'spa',
    scope: `openid ${SCOPES[0]}`,
    // Here the scope is what the token request says.
    exchange: { scope: SCOPES[0], ...parameters({ aud: AUDIENCE }) },
  },
  otherAudience: (issuer) => issuer.clientCredentials('m2m', SCOPES[0], { ...parameters(), aud: 'another' }),
  short: (issuer) => changed({ exp: now(2) })(issuer),
  rotate: (issuer) => addKey(issuer, 'RS256'),
  cannot: {
    '`sekisho token`': 'It asks for no secret, and gives its tokens no subject.',
    'opaque token': 'Its access tokens are JWTs.',
    retirement: 'It takes no key away.',
  },
  besides: [
    ...payloads.map(([name, payload, expected]) => ({ name, token: changed(payload), expected })),
    ...headers.map(([name, header, expected]) => ({ name, token: changed({}, header), expected })),
    {
      name: '`kid` of a key that is not published',
      token: changed({}, { kid: 'another' }),
      isLookedFor: true,
      expected: unpublishedKey,
    },
    { name: '`alg` ES256', token: (issuer) => signedWith(issuer, 'ES256'), expected: otherAlgorithm },
    { name: '`alg` PS256', token: (issuer) => signedWith(issuer, 'PS256'), expected: otherAlgorithm },
    { name: '`alg` RS256, after these', token: (issuer) => signedWith(issuer, 'RS256'), expected: answered() },
  ],
};
