// What a caller is to see. The message of a refusal says which check it was that failed, so that none can stand in
// for another.

export const SCOPES = ['api1:read:status', 'api2:read:status', 'api3:read:status'];

export function scopeOf(api) {
  return `${api}:read:status`;
}

export function answered(api = 'api1') {
  return { code: 'OK', name: api, ok: true };
}

// A token that has not the one scope that the API asks for.
export function lacking(api = 'api1') {
  const scope = scopeOf(api);
  return {
    code: 'PERMISSION_DENIED',
    message: 'Insufficient scope',
    reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    required: scope,
    missing: scope,
    challenge: `Bearer error="insufficient_scope", scope="${scope}"`,
  };
}

function unauthenticated(reason, message) {
  const challenge = 'Bearer error="invalid_token"';
  return { code: 'UNAUTHENTICATED', message, reason, required: scopeOf('api1'), challenge };
}

export function invalid(message) {
  return unauthenticated('ACCESS_TOKEN_INVALID', message);
}

export const malformed = unauthenticated(
  'ACCESS_TOKEN_MALFORMED',
  'The access token is no signed JWT: it does not have three parts',
);
export const expired = unauthenticated('ACCESS_TOKEN_EXPIRED', 'The access token has expired');
export const otherAudience = invalid('The access token is for another audience');
export const idToken = invalid('An ID token was sent where an access token is expected');
export const otherSignature = invalid("The access token's signature does not verify");
export const otherAlgorithm = invalid("The access token's algorithm is not accepted");
export const otherType = invalid("The access token's header typ is not that of an access token");
export const unpublishedKey = invalid('The access token names a key that its issuer does not publish');

export const unavailable = {
  code: 'UNAVAILABLE',
  message: "The access token cannot be checked now: the issuer's keys are not available. Try again later",
  reason: 'ISSUER_KEYS_UNAVAILABLE',
  required: scopeOf('api1'),
  retry: true,
};
