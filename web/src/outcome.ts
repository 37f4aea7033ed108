// What came of a call, as plain values: the answer, or what a refusal says of itself.
import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema, RetryInfoSchema } from './gen/google/rpc/error_details_pb';
import { type Alternatives, parseAlternatives } from './scopes';

/** What a person can do something about; each has words of its own. */
export type Why =
  | 'credentialsMissing'
  | 'tokenMalformed'
  | 'tokenExpired'
  | 'tokenInvalid'
  | 'scopeInsufficient'
  | 'keysUnavailable'
  | 'unreachable'
  | 'timeout'
  | 'unknownMethod'
  | 'other';

/** The reason with which a method that only reports would have refused the call. */
export interface Reported {
  readonly reason: string;
  readonly why: Why;
}

export interface Answered {
  readonly kind: 'answered';
  readonly json: string;
  readonly reported?: Reported;
}

export interface Refused {
  readonly kind: 'refused';
  readonly why: Why;
  /** As gRPC writes it, with its number; absent where no server has said one. */
  readonly code?: string;
  readonly message: string;
  readonly reason?: string;
  readonly required?: Alternatives;
  readonly missing: Alternatives;
  readonly challenge?: string;
  /** In seconds. */
  readonly retryAfter?: number;
  /** The handler refused; the rule would have, too. */
  readonly reported?: Reported;
}

export type Outcome = Answered | Refused;

const DOMAIN = 'sekisho';
const WOULD_DENY = 'sekisho-would-deny';

const REASONS: Record<string, Why> = {
  CREDENTIALS_MISSING: 'credentialsMissing',
  CREDENTIALS_MALFORMED: 'tokenMalformed',
  ACCESS_TOKEN_MALFORMED: 'tokenMalformed',
  ACCESS_TOKEN_EXPIRED: 'tokenExpired',
  ACCESS_TOKEN_INVALID: 'tokenInvalid',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'scopeInsufficient',
  ISSUER_KEYS_UNAVAILABLE: 'keysUnavailable',
};

/** `metadata` is what the server sent before and after the message. */
export function answerOf(json: string, ...metadata: readonly Headers[]): Answered {
  return { kind: 'answered', json, ...reportIn(metadata) };
}

function reportIn(metadata: readonly Headers[]): { readonly reported?: Reported } {
  const reason = metadata.map((entries) => entries.get(WOULD_DENY)).find((value) => value !== null);
  return reason == null ? {} : { reported: { reason, why: REASONS[reason] ?? 'other' } };
}

export function refusalOf(thrown: unknown): Refused {
  const error = ConnectError.from(thrown);
  if (error.cause instanceof TypeError) return { kind: 'refused', why: 'unreachable', message: '', missing: [] };
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === DOMAIN);
  const retry = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const challenge = error.metadata.get('www-authenticate');
  const required = info?.metadata.requiredScopes;
  return {
    kind: 'refused',
    why: REASONS[info?.reason ?? ''] ?? whyOf(error.code),
    code: codeName(error.code),
    message: error.rawMessage,
    missing: parseAlternatives(info?.metadata.missingScopes),
    ...(info && { reason: info.reason }),
    ...(required !== undefined && { required: parseAlternatives(required) }),
    ...(challenge !== null && { challenge }),
    ...(retry && { retryAfter: Number(retry.seconds) + retry.nanos / 1e9 }),
    ...reportIn([error.metadata]),
  };
}

function whyOf(code: Code): Why {
  if (code === Code.DeadlineExceeded) return 'timeout';
  if (code === Code.Unimplemented) return 'unknownMethod';
  return 'other';
}

/** PERMISSION_DENIED (7) */
export function codeName(code: Code): string {
  const name = Code[code] ?? 'Unknown';
  return `${name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()} (${code})`;
}
