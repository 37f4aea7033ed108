import { SCOPES, answered, lacking } from '../runner/expected.mjs';
import { pinnedByNpm } from '../runner/pinned.mjs';

export const provider = {
  version: pinnedByNpm('oidc-provider'),
  folder: 'oidc-provider',
  environment: { ROTATE: '1', PAGE: 'http://localhost:8080' },
  account: { username: 'alice', password: 'any' },
  person: {
    client: 'spa',
    scope: `openid offline_access ${SCOPES[0]}`,
    parameters: { audience: 'auth0-multiple-api', prompt: 'consent' },
  },
  otherAudience: (issuer) => issuer.clientCredentials('m2m', SCOPES[0], { resource: 'urn:another' }),
  short: (issuer) => issuer.clientCredentials('m2m-short'),
  opaque: (issuer) => issuer.clientCredentials('m2m-opaque'),
  rotate: (issuer) => issuer.admin('/test/rotate', { method: 'POST' }),
  retire: (issuer) => issuer.admin('/test/retire', { method: 'POST' }),
};

const noScope = { name: 'no scope was asked for', token: (issuer) => issuer.clientCredentials('m2m', '') };

export default {
  ...provider,
  title: 'oidc-provider',
  besides: [
    {
      name: '`typ` is `at+jwt`, with `client_id` and `jti`; `aud` and `scope` are strings',
      token: (issuer) => issuer.clientCredentials('m2m', SCOPES.join(' ')),
      carries: {
        header: { typ: 'at+jwt' },
        payload: { aud: 'auth0-multiple-api', scope: SCOPES.join(' '), client_id: 'm2m', azp: null },
      },
      expected: answered(),
    },
    { ...noScope, carries: { payload: { scope: null } }, expected: lacking() },
  ],
};

export { noScope };
