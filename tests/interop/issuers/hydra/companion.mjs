// Beside Hydra: gives it keys, registers its clients, and is the log-in and consent app, which lets everybody in as alice and
// grants what is asked for. Ends with Hydra.
// environment: HYDRA (its process), ADMIN_PORT, APP_PORT, ISSUER
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ACCESS_TOKENS, ID_TOKENS, newKey } from './keys.mjs';

const { HYDRA, ADMIN_PORT, APP_PORT, ISSUER } = process.env;
const audience = ['auth0-multiple-api'];
const scope = 'api1:read:status api2:read:status api3:read:status';

function machine(id, more) {
  return { client_id: id, client_secret: `${id}-secret`, grant_types: ['client_credentials'], scope, audience, ...more };
}

const clients = [
  {
    client_id: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['http://localhost:8080/'],
    scope: `openid offline_access ${scope}`,
    audience,
  },
  machine('m2m', { audience: [...audience, 'another'] }),
  machine('m2m-short', { client_credentials_grant_access_token_lifespan: '2s' }),
  machine('m2m-opaque', { access_token_strategy: 'opaque' }),
];

function isHydraThere() {
  try {
    return process.kill(Number(HYDRA), 0);
  } catch {
    return false;
  }
}

async function admin(method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${ADMIN_PORT}${path}`, {
    method,
    body: body && JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

function isReady() {
  return admin('GET', '/health/ready').then(() => true, () => false);
}

async function login(challenge) {
  const to = { subject: 'alice' };
  return admin('PUT', `/admin/oauth2/auth/requests/login/accept?login_challenge=${challenge}`, to);
}

async function consent(challenge) {
  const asked = await admin('GET', `/admin/oauth2/auth/requests/consent?consent_challenge=${challenge}`);
  const to = { grant_scope: asked.requested_scope, grant_access_token_audience: asked.requested_access_token_audience };
  return admin('PUT', `/admin/oauth2/auth/requests/consent/accept?consent_challenge=${challenge}`, to);
}

const app = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, ISSUER);
  const accept = { '/login': login, '/consent': consent }[pathname];
  if (!accept) return response.writeHead(404).end();
  try {
    const challenge = encodeURIComponent(searchParams.get(`${pathname.slice(1)}_challenge`));
    response.writeHead(302, { location: (await accept(challenge)).redirect_to }).end();
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});

setInterval(() => isHydraThere() || process.exit(), 200);
while (!(await isReady())) await pause(50);
for (const { path, key } of [ACCESS_TOKENS, ID_TOKENS].map((set) => newKey(set))) await admin('PUT', path, key);
for (const client of clients) await admin('POST', '/admin/clients', client);
app.listen(Number(APP_PORT), '127.0.0.1');
await once(app, 'listening');
console.log(`READY hydra issuer=${ISSUER}`);
