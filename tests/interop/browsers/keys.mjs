// An issuer that is only a key: writes its public half for the server (--jwks), and its private half to sign
// tokens with. usage: node keys.mjs JWKS PRIVATE_KEY
import { writeFileSync } from 'node:fs';
import { KID, newKeys } from './tokens.mjs';

const [jwks, pem] = process.argv.slice(2);
const { publicKey, privateKey } = newKeys();
const key = { ...publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' };
writeFileSync(jwks, JSON.stringify({ keys: [key] }));
writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
