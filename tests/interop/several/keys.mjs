// The key file, which is the third issuer, and tokens that name whomever they like.
import { generateKeyPairSync, sign } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { AUDIENCE } from '../issuers/runner/server.mjs';
import { SCOPES } from '../issuers/runner/expected.mjs';

const LIFETIME = 600;

export class Key {
  #pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

  // As a JWK set at this path, which is never there by half.
  publish(path, kid) {
    const jwk = { ...this.#pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
    writeFileSync(`${path}.new`, JSON.stringify({ keys: [jwk] }));
    renameSync(`${path}.new`, path);
  }

  // An access token that differs from those of the others in issuer and signature alone. It is older than any key that is
  // looked for, so that a key that is not found is not published.
  token(iss, kid) {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss, aud: AUDIENCE, sub: 'm2m', client_id: 'm2m', scope: SCOPES[0], iat: now - 60, exp: now + LIFETIME };
    const signed = [{ alg: 'RS256', typ: 'at+jwt', kid }, claims].map(encoded).join('.');
    return `${signed}.${sign('sha256', signed, this.#pair.privateKey).toString('base64url')}`;
  }
}

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
