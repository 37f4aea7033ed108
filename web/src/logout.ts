// Where a session at the issuer ends. What the page itself holds is forgotten in any case.

export type LogOut =
  | { readonly kind: 'endSession' }
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'hereOnly' };

const AUTH0 = '.auth0.com';

/** Auth0 has a log-out of its own where a tenant publishes no end_session_endpoint. */
export function logOutBy(issuer: string, clientId: string, endSession: string | undefined, returnTo: string): LogOut {
  if (endSession !== undefined) return { kind: 'endSession' };
  if (!new URL(issuer).hostname.endsWith(AUTH0)) return { kind: 'hereOnly' };
  const url = new URL('v2/logout', issuer.endsWith('/') ? issuer : `${issuer}/`);
  url.search = new URLSearchParams({ client_id: clientId, returnTo }).toString();
  return { kind: 'redirect', url: url.href };
}
