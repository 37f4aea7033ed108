// Every method of kinds.v1.Kinds with every kind of credentials: what its caller has to see, and what the log has to say
// of the call. It follows from the rule, from the reason that it would refuse for, and from whether it only reports.

const SCOPE = 'kinds:read';

// Whom the tokens are about.
const SUBJECT = 'browser';

// `fail` has the handler answer with a status of its own, which gRPC sends by the head alone.
export const CALLS = [
  { method: 'ReportedScopes', kind: 'unary', rule: 'scopes', reports: true },
  { method: 'ReportedScopes', kind: 'unary, and the handler fails', rule: 'scopes', reports: true, fail: true },
  { method: 'ReportedAuthenticated', kind: 'unary', rule: 'authenticated', reports: true },
  { method: 'ReportedFollow', kind: 'server stream', rule: 'scopes', reports: true },
  { method: 'ReportedFollow', kind: 'server stream, and the handler fails', rule: 'scopes', reports: true, fail: true },
  { method: 'ReportedUpload', kind: 'client stream', rule: 'scopes', reports: true, upload: true },
  { method: 'ReportedUpload', kind: 'client stream, and the handler fails', rule: 'scopes', reports: true, upload: true, fail: true },
  { method: 'Optional', kind: 'unary', rule: 'optional', reports: false },
  { method: 'OptionalFollow', kind: 'server stream', rule: 'optional', reports: false },
  { method: 'Enforced', kind: 'unary', rule: 'scopes', reports: false },
];

// `token` is a text as it stands, or what is special about an access token. `verified`: that there is a caller.
export const CREDENTIALS = [
  { name: 'no token', reason: { scopes: 'CREDENTIALS_MISSING', authenticated: 'CREDENTIALS_MISSING' } },
  { name: '`Basic`', authorization: 'Basic YTpi', reason: always('CREDENTIALS_MALFORMED') },
  { name: 'expired', token: { scope: SCOPE, lifetime: -60 }, reason: always('ACCESS_TOKEN_EXPIRED') },
  { name: "a stranger's signature", token: { scope: SCOPE, signedBy: 'stranger' }, reason: always('ACCESS_TOKEN_INVALID') },
  { name: 'without the scope', token: {}, verified: true, reason: { scopes: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' } },
  { name: 'good', token: { scope: SCOPE }, verified: true, reason: {} },
];

function always(reason) {
  return { scopes: reason, authenticated: reason, optional: reason };
}

// A call with credentials: what is expected of it where `reports` says whether its method only reports.
export function expected({ rule, fail }, { verified = false, reason }, reports) {
  const why = reason[rule];
  if (why !== undefined && !reports) {
    const code = why === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' ? 'PERMISSION_DENIED' : 'UNAUTHENTICATED';
    return { code, reason: why, told: [] };
  }
  const told = why === undefined ? [] : [why];
  if (fail) return { code: 'NOT_FOUND', told };
  return { code: 'OK', answer: { subject: verified ? SUBJECT : '', anonymous: !verified, wouldDeny: why ?? '' }, told };
}

// The line of the log. The issuer is the one by whose rules a token was judged; among several, none where the token names nobody.
export function logged({ method, rule }, { verified, reason }, reports) {
  const why = reason[rule];
  const outcome = why === undefined ? 'allowed' : reports ? 'would_deny' : 'refused';
  return {
    method: `/kinds.v1.Kinds/${method}`,
    outcome,
    ...(why !== undefined && { reason: why }),
    ...((why !== undefined || verified) && { issuer: 'tenant' }),
    ...(verified && { subject: SUBJECT }),
  };
}
