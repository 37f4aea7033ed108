import { SCOPES, lacking } from '../runner/expected.mjs';
import { pinned } from '../runner/pinned.mjs';

export default {
  title: 'zitadel/oidc, its example OP',
  version: pinned('zitadel/go.mod', /zitadel\/oidc\/v3 v(\S+)/),
  folder: 'zitadel',
  account: { username: 'test-user@127.0.0.1', password: 'verysecure' },
  machine: 'm2m-scoped',
  // The example's tokens by authorization code are for the client that asked.
  person: { client: 'spa', scope: `openid offline_access ${SCOPES[0]}`, isAudience: true },
  otherAudience: (issuer) => issuer.clientCredentials('m2m-other'),
  short: (issuer) => issuer.clientCredentials('m2m-short'),
  opaque: (issuer) => issuer.clientCredentials('m2m-opaque'),
  rotate: (issuer) => issuer.admin('/test/rotate', { method: 'POST' }),
  retire: (issuer) => issuer.admin('/test/retire', { method: 'POST' }),
  notes: {
    'client credentials': 'With a scope claim, which its storage is made to add.',
    'authorization code, PKCE': "With a scope claim, and by a server whose audience is the client's name.",
  },
  besides: [
    {
      name: 'no scope claim at all, as it is by default',
      token: (issuer) => issuer.clientCredentials('m2m'),
      carries: { payload: { scope: null, scp: null, aud: ['auth0-multiple-api'], client_id: 'm2m' } },
      expected: lacking(),
    },
  ],
};
