import { SCOPES, answered, lacking, otherAudience } from '../runner/expected.mjs';
import { pinned } from '../runner/pinned.mjs';
import { ACCESS_TOKENS, newKey } from './keys.mjs';

const parameters = { audience: 'auth0-multiple-api' };
const KEYS = `/admin/keys/${ACCESS_TOKENS}`;

const token = (issuer) => issuer.clientCredentials('m2m');

function admin(issuer, method, path, body) {
  const headers = { 'content-type': 'application/json' };
  return issuer.admin(path, { method, headers, body: body && JSON.stringify(body) }, 'ADMIN_PORT');
}

export default {
  title: 'Ory Hydra',
  version: pinned('hydra/go.mod', /ory\/hydra\/v2 v(\S+)/),
  folder: 'hydra',
  morePorts: ['ADMIN_PORT', 'APP_PORT'],
  parameters,
  person: { client: 'spa', scope: `openid offline_access ${SCOPES[0]}`, parameters },
  otherAudience: (issuer) => issuer.clientCredentials('m2m', SCOPES[0], { audience: 'another' }),
  short: (issuer) => issuer.clientCredentials('m2m-short'),
  opaque: (issuer) => issuer.clientCredentials('m2m-opaque'),
  async rotate(issuer, kid) {
    const { keys } = await admin(issuer, 'GET', KEYS);
    const { path, key } = newKey(ACCESS_TOKENS, kid);
    await admin(issuer, 'PUT', path, key);
    return keys.map(({ kid }) => kid);
  },
  async retire(issuer, kids) {
    for (const kid of kids) await admin(issuer, 'DELETE', `${KEYS}/${kid}`);
  },
  besides: [
    {
      name: '`scp` an array, no `scope`',
      token,
      carries: { payload: { scp: [SCOPES[0]], scope: null, aud: ['auth0-multiple-api'] } },
      expected: answered(),
    },
    {
      name: '`scp` an empty array: no scope was asked for',
      token: (issuer) => issuer.clientCredentials('m2m', ''),
      carries: { payload: { scp: [], scope: null } },
      expected: lacking(),
    },
    {
      name: '`aud` an empty array: no audience was asked for',
      token: (issuer) => issuer.clientCredentials('m2m', SCOPES[0], {}),
      carries: { payload: { aud: [] } },
      expected: otherAudience,
    },
  ],
  variants: [
    {
      environment: { SCOPE_CLAIM: 'string' },
      besides: [
        {
          name: '`scope` a string, no `scp`',
          token,
          carries: { payload: { scp: null, scope: SCOPES[0] } },
          expected: answered(),
        },
      ],
    },
    {
      environment: { SCOPE_CLAIM: 'both' },
      besides: [
        {
          name: '`scope` a string and `scp` an array',
          token,
          carries: { payload: { scp: [SCOPES[0]], scope: SCOPES[0] } },
          expected: answered(),
        },
      ],
    },
  ],
};
