// An authorization server that is not ours: npm oidc-provider, with client credentials and JWT access tokens.
//
// In its own shape: `typ` is at+jwt, with `client_id` and `jti`; `aud` is a string; the issuer has no last slash.
// In Auth0's (AUTH0=1): `typ` is JWT, with `azp`; `aud` is an array; `scope` begins with openid profile; the
// issuer ends with a slash; the endpoints stand where Auth0 has them.
//
// Environment: PORT (0 takes a free one), AUDIENCE, TTL (seconds), AUTH0; SCOPE_PREFIX, what stands before the names of
// scopes, both where they are asked for and in tokens, as at Cognito; PAGE, the origin of a page that is a public
// client (`spa`, log-in as anybody); POOR=1 gives that neither refresh tokens nor a way to log out. Each start makes a
// new signing key; with ROTATE=1, so does POST /test/rotate, and POST /test/retire takes all others away.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const audience = process.env.AUDIENCE || 'auth0-multiple-api';
const lifetime = Number(process.env.TTL || 600);
const likeAuth0 = Boolean(process.env.AUTH0);
const page = process.env.PAGE;
const isPoor = Boolean(process.env.POOR);
const prefix = process.env.SCOPE_PREFIX || '';
const scopes = ['api1:read:status', 'api2:read:status', 'api3:read:status', 'events:read'];
const scope = scopes.map((name) => `${prefix}${name}`).join(' ');

// Newest first, which is the one that signs.
let keys = [signingKey()];

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

function auth0Shape(issuer) {
  return {
    routes: { authorization: '/authorize', token: '/oauth/token', jwks: '/.well-known/jwks.json', userinfo: '/userinfo' },
    formats: {
      customizers: {
        jwt(_context, _token, jwt) {
          const { client_id: azp, jti, ...claims } = jwt.payload;
          jwt.header = { ...jwt.header, typ: 'JWT' };
          jwt.payload = {
            ...claims,
            azp,
            aud: [claims.aud, `${issuer}userinfo`],
            scope: ['openid profile', claims.scope].filter(Boolean).join(' '),
          };
        },
      },
    },
  };
}

// A public client with PKCE, as a single-page application is registered.
function pageClient() {
  return {
    client_id: 'spa',
    token_endpoint_auth_method: 'none',
    application_type: 'web',
    grant_types: isPoor ? ['authorization_code'] : ['authorization_code', 'refresh_token'],
    redirect_uris: [`${page}/`],
    post_logout_redirect_uris: [`${page}/`],
    response_types: ['code'],
  };
}

function machine(id) {
  return {
    client_id: id,
    client_secret: `${id}-secret`,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope,
  };
}

// Tokens are for the API, unless they are asked for as another's (resource=urn:another). The client says the rest.
function resourceServer(_context, resource, { clientId }) {
  return {
    scope,
    audience: resource === 'urn:another' ? 'another' : audience,
    accessTokenTTL: clientId === 'm2m-short' ? 2 : lifetime,
    accessTokenFormat: clientId === 'm2m-opaque' ? 'opaque' : 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
}

function configuration(issuer) {
  return {
    clients: [...(page ? [pageClient()] : []), ...['m2m', 'm2m-short', 'm2m-opaque'].map(machine)],
    scopes: ['openid', ...(isPoor ? [] : ['offline_access']), ...scope.split(' ')],
    claims: { profile: ['name'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: id }) }),
    clientBasedCORS: (_context, origin) => origin === page,
    conformIdTokenClaims: false,
    // As Auth0 does for whoever asks for offline_access, without consent being asked for anew.
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    jwks: { keys },
    extraParams: ['audience'], // Auth0's parameter; the resource below is that audience
    features: {
      devInteractions: { enabled: Boolean(page) },
      rpInitiatedLogout: { enabled: !isPoor },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // Tokens are for the API, also where openid was asked for.
        useGrantedResource: () => true,
        defaultResource: () => `urn:${audience}`,
        getResourceServerInfo: resourceServer,
      },
    },
    ...(likeAuth0 && auth0Shape(issuer)),
  };
}

// The issuer's name has the port in it, so that the port is taken first.
const server = createServer().listen(Number(process.env.PORT || 0), '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}${likeAuth0 ? '/' : ''}`;

// A provider's keys are those that it begins with. What it has given out is kept outside of it.
let answer;
function provide() {
  const provider = new Provider(issuer, configuration(issuer));
  // One line for each request for a token.
  provider.on('grant.success', () => console.log('GRANTED'));
  provider.on('grant.error', () => console.log('REFUSED'));
  provider.on('server_error', (_context, error) => console.error('server_error', error));
  answer = provider.callback();
}

const changes = {
  '/test/rotate': () => [signingKey(), ...keys],
  '/test/retire': () => keys.slice(0, 1),
};

server.on('request', (request, response) => {
  const change = process.env.ROTATE && request.method === 'POST' && changes[request.url];
  if (!change) return answer(request, response);
  keys = change();
  provide();
  return response.end();
});

provide();
process.on('SIGTERM', () => process.exit(0));
console.log(`READY oidc-provider issuer=${issuer}`);
