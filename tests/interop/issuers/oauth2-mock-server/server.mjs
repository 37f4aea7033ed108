// npm oauth2-mock-server, whose own tokens have no `sub`. A token request may say in `change` what is to be other in
// the access token, as JSON: { header: {…}, payload: {…} }, where null takes a member out.
// POST /test/key?algorithm=ES256: one more key. They sign in turn, and none can be taken away.
import { Events, OAuth2Server } from 'oauth2-mock-server';

function change(target, members = {}) {
  for (const [name, value] of Object.entries(members)) {
    if (value === null) delete target[name];
    else target[name] = value;
  }
}

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');

server.service.on(Events.BeforeTokenSigning, ({ header, payload }, request) => {
  // ID tokens come by here as well, and have no scope.
  if (!request.body.change || !('scope' in payload)) return;
  const { header: ofHeader, payload: ofPayload } = JSON.parse(request.body.change);
  change(header, ofHeader);
  change(payload, ofPayload);
});

server.service.addRoute('POST', '/test/key', async (request, response) => {
  await server.issuer.keys.generate(request.query.algorithm);
  response.end();
});

process.on('SIGTERM', () => process.exit(0));
await server.start(Number(process.env.PORT), '127.0.0.1');
