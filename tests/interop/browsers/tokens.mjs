// Access tokens of an issuer that is only a key (keys.mjs).
import { generateKeyPairSync, sign } from 'node:crypto';

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'api';
export const KID = 'key of the browser suite';

export function newKeys() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

// An access token that is right in all that `claims` does not change. `lifetime` is in seconds; one that has
// ended long ago is negative.
export function accessToken(key, { lifetime = 600, ...claims }) {
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: 'at+jwt', alg: 'RS256', kid: KID };
  const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'browser', iat: now - 3600, exp: now + lifetime, ...claims };
  const signed = [header, payload].map((part) => base64url(JSON.stringify(part))).join('.');
  return `${signed}.${base64url(sign('sha256', Buffer.from(signed), key))}`;
}

function base64url(bytes) {
  return Buffer.from(bytes).toString('base64url');
}
