import { SCOPES, answered, otherAudience } from '../runner/expected.mjs';
import { pinned } from '../runner/pinned.mjs';

export default {
  title: 'Spring Authorization Server',
  version: `of Spring Boot ${pinned('spring/pom.xml', /<version>([^<]+)</)}`,
  folder: 'spring',
  account: { username: 'alice', password: 'alice' },
  person: { client: 'spa', scope: `openid ${SCOPES[0]}` },
  refreshing: { client: 'web', isPublic: false, scope: `openid ${SCOPES[0]}` },
  otherAudience: (issuer) => issuer.clientCredentials('m2m-plain'),
  short: (issuer) => issuer.clientCredentials('m2m-short'),
  opaque: (issuer) => issuer.clientCredentials('m2m-opaque'),
  rotate: (issuer) => issuer.admin('/test/rotate', { method: 'POST' }),
  retire: (issuer) => issuer.admin('/test/retire', { method: 'POST' }),
  notes: { 'refresh token': 'Of a client with a secret: it gives none to public clients.' },
  besides: [
    {
      name: '`scope` an array, no `typ`, neither `client_id` nor `azp`',
      token: (issuer) => issuer.clientCredentials('m2m'),
      carries: { header: { typ: null, alg: 'RS256' }, payload: { scope: [SCOPES[0]], client_id: null, azp: null } },
      expected: answered(),
    },
    {
      name: 'the client as `aud`, as it is by default',
      token: (issuer) => issuer.clientCredentials('m2m-plain'),
      carries: { payload: { aud: 'm2m-plain' } },
      expected: otherAudience,
    },
  ],
};
