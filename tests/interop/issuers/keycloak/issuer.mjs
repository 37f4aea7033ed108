import { SCOPES, answered, invalid, otherAlgorithm, otherType } from '../runner/expected.mjs';
import { pinned } from '../runner/pinned.mjs';

const COMPONENTS = '/admin/realms/sekisho/components';
const PROVIDERS = 'org.keycloak.keys.KeyProvider';

const m2m = (issuer) => issuer.clientCredentials('m2m');
const rfc9068 = (issuer) => issuer.clientCredentials('m2m-rfc9068');
const es256 = (issuer) => issuer.clientCredentials('m2m-es256');

async function admin(issuer, method, path, body) {
  const login = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' };
  const { access_token: token } = await issuer.admin('/realms/master/protocol/openid-connect/token', {
    method: 'POST',
    body: new URLSearchParams(login),
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return issuer.admin(path, { method, headers, body: body && JSON.stringify(body) });
}

export default {
  title: 'Keycloak',
  version: pinned('keycloak/pom.xml', /<keycloak.version>([^<]+)</),
  folder: 'keycloak',
  account: { username: 'alice', password: 'alice' },
  person: { client: 'spa', scope: `openid ${SCOPES[0]}` },
  // The scopes bring the audience with them.
  otherAudience: (issuer) => issuer.clientCredentials('m2m', ''),
  short: (issuer) => issuer.clientCredentials('m2m-short'),
  // The highest priority signs.
  async rotate(issuer) {
    const components = await admin(issuer, 'GET', `${COMPONENTS}?type=${PROVIDERS}`);
    const config = { priority: ['1000'], enabled: ['true'], active: ['true'], keySize: ['2048'], algorithm: ['RS256'] };
    const provider = { name: 'newest', providerId: 'rsa-generated', providerType: PROVIDERS, config };
    await admin(issuer, 'POST', COMPONENTS, provider);
    return components.filter(({ providerId }) => providerId === 'rsa-generated').map(({ id }) => id);
  },
  async retire(issuer, ids) {
    for (const id of ids) await admin(issuer, 'DELETE', `${COMPONENTS}/${id}`);
  },
  cannot: { 'opaque token': 'Its access tokens are JWTs.' },
  differs: {
    'refresh token': { expected: otherAlgorithm, note: 'A JWT, signed with HS512 and a key of its own.' },
  },
  besides: [
    {
      name: '`typ` is `JWT`, with `azp`; `aud` an array; the payload says `"typ": "Bearer"`',
      token: m2m,
      carries: { header: { typ: 'JWT' }, payload: { aud: ['auth0-multiple-api', 'account'], azp: 'm2m', typ: 'Bearer' } },
      expected: answered(),
    },
    {
      name: '`typ` is `at+jwt` (RFC 9068)',
      token: rfc9068,
      carries: { header: { typ: 'at+jwt' } },
      expected: answered(),
    },
    {
      name: '`typ` is `at+jwt`, with `--token-profile rfc9068`',
      token: rfc9068,
      flags: ['--token-profile', 'rfc9068'],
      expected: answered(),
    },
    {
      name: '`typ` is `JWT`, with `--token-profile rfc9068`',
      token: m2m,
      flags: ['--token-profile', 'rfc9068'],
      expected: otherType,
    },
    {
      name: 'a lightweight token: no `aud`',
      token: (issuer) => issuer.clientCredentials('m2m-light'),
      carries: { payload: { aud: null } },
      expected: invalid('The access token has no aud claim'),
    },
    { name: 'ES256', token: es256, carries: { header: { alg: 'ES256' } }, expected: otherAlgorithm },
    {
      name: 'ES256, with `--algorithm RS256 --algorithm ES256`',
      token: es256,
      flags: ['--algorithm', 'RS256', '--algorithm', 'ES256'],
      expected: answered(),
    },
    {
      name: 'RS256, with `--algorithm RS256 --algorithm ES256`',
      token: m2m,
      flags: ['--algorithm', 'RS256', '--algorithm', 'ES256'],
      expected: answered(),
    },
  ],
};
