import { SCOPES, answered, lacking } from '../runner/expected.mjs';
import { noScope, provider } from '../oidc-provider/issuer.mjs';

export default {
  ...provider,
  title: "oidc-provider in Auth0's shape",
  environment: { ...provider.environment, AUTH0: '1' },
  besides: [
    {
      name: "`typ` is `JWT`, with `azp`; `aud` an array with userinfo's; `scope` begins with `openid profile`",
      token: (issuer) => issuer.clientCredentials('m2m', SCOPES.join(' ')),
      carries: { header: { typ: 'JWT' }, payload: { scope: `openid profile ${SCOPES.join(' ')}`, azp: 'm2m', client_id: null } },
      expected: answered(),
    },
    { ...noScope, carries: { payload: { scope: 'openid profile' } }, expected: lacking() },
  ],
};
