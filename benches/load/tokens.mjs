// The issuer, which is only a key, and its access tokens.
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'load';
export const SCOPE = 'api1:read:status';

const KID = 'key-of-the-load-run';
// What Auth0 sends: most of it is the signature, and names that are URLs.
const LENGTH = 838;
const SCOPES = `openid profile ${SCOPE} items:read items:list items:write`;
const DAY = 24 * 3600;

const keys = newKeys();
const stranger = newKeys();

function newKeys() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

// Writes the keys into `folder`, and tells where.
export function writeJwks(folder) {
  const file = join(folder, 'jwks.json');
  const key = { ...keys.publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' };
  writeFileSync(file, JSON.stringify({ keys: [key] }));
  return file;
}

// A token that is right, and those that a server has to refuse, each with what it then says.
export const good = token({});
export const bad = [
  { what: 'no token', token: undefined, outcome: 'unauthenticated' },
  { what: "another key's signature", token: token({}, { key: stranger }), outcome: 'unauthenticated' },
  { what: 'an expired token', token: token({}, { age: 2 * DAY }), outcome: 'unauthenticated' },
  { what: 'a token without the scope', token: token({ scope: 'openid profile' }), outcome: 'denied' },
];
// As long as a token, and none.
export const malformed = 'x'.repeat(LENGTH);

export function manyTokens(number) {
  return Array.from({ length: number }, (_, at) => token({ sub: `auth0|${String(at).padStart(24, '0')}` }));
}

// `exp` in seconds since 1970, which need not be whole.
export function tokenUntil(exp, sub) {
  return token({ exp, sub });
}

function token(claims, { key = keys, age = 60 } = {}) {
  const iat = Math.floor(Date.now() / 1000) - age;
  const payload = {
    iss: ISSUER,
    sub: 'auth0|656f3c1f2b0c4d5e6f708192',
    aud: [AUDIENCE, `${ISSUER}userinfo`],
    iat,
    exp: iat + DAY,
    scope: SCOPES,
    azp: 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6',
    ...claims,
  };
  return sized(payload, key.privateKey);
}

// A claim that nobody reads makes all tokens as long as each other. Base64url has no text of some lengths.
function sized(payload, key) {
  const head = base64url(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: KID }));
  const signature = base64url(Buffer.alloc(256));
  const wanted = LENGTH - head.length - signature.length - 2;
  const without = JSON.stringify({ ...payload, jti: '' }).length;
  const jti = 'j'.repeat(Math.max(0, Math.floor((wanted * 3) / 4) - without));
  const signed = `${head}.${base64url(JSON.stringify({ ...payload, jti }))}`;
  return `${signed}.${base64url(sign('sha256', Buffer.from(signed), key))}`;
}

function base64url(bytes) {
  return Buffer.from(bytes).toString('base64url');
}
