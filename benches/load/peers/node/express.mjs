// The scenario's original: Express with express-jwt, express-jwt-authz and jwks-rsa, whose keys come over HTTP.
// usage: node express.mjs PORT JWKS_URL ISSUER AUDIENCE SCOPE
import express from 'express';
import { expressjwt } from 'express-jwt';
import authz from 'express-jwt-authz';
import jwks from 'jwks-rsa';

const [port, jwksUri, issuer, audience, scope] = process.argv.slice(2);
const secret = jwks.expressJwtSecret({ cache: true, rateLimit: true, jwksRequestsPerMinute: 5, jwksUri });

const app = express();
app.use(expressjwt({ secret, audience, issuer, algorithms: ['RS256'] }));
// express-jwt puts the claims where express-jwt-authz looks for them only if it is told so.
app.get('/status', authz([scope], { customUserKey: 'auth' }), (_request, response) => response.json({ name: 'api1', ok: true }));
app.use((error, _request, response, _next) => response.status(error.status ?? 500).send(error.message));
app.listen(Number(port), '127.0.0.1');
