// Keys in place of those that Hydra would make. One of those has 4096 bits, and is made while a request waits, which Hydra
// cuts off after 10 seconds: on a busy machine that is too short.
import { generateKeyPairSync, randomUUID } from 'node:crypto';

// A key for this set: the path that it is to be put to, and the key.
export function newKey(set, kid = randomUUID()) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  return { path: `/admin/keys/${set}/${kid}`, key };
}

export const ACCESS_TOKENS = 'hydra.jwt.access-token';

export const ID_TOKENS = 'hydra.openid.id-token';
