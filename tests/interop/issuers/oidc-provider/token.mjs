// An access token by client credentials, asked for as any client does: metadata first, then the token endpoint.
const [issuer, ...scopes] = process.argv.slice(2);

async function json(url, options) {
  const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const metadata = await json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
const form = new URLSearchParams({ grant_type: 'client_credentials', audience: 'auth0-multiple-api' });
if (scopes.length > 0) form.set('scope', scopes.join(' '));
const answer = await json(metadata.token_endpoint, {
  method: 'POST',
  headers: { authorization: `Basic ${btoa('m2m:m2m-secret')}` },
  body: form,
});
console.log(answer.access_token);
