// What can go wrong around a log-in, as what a person can do something about; each has words of its own.
import { ErrorResponse, ErrorTimeout } from 'oidc-client-ts';

export type Problem =
  | { readonly kind: 'configuration' }
  | { readonly kind: 'insecureContext' }
  | { readonly kind: 'issuerUnreachable' }
  | { readonly kind: 'issuerWrong' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'foreignResponse' }
  | { readonly kind: 'logInRefused'; readonly code: string; readonly description: string }
  | { readonly kind: 'logInFailed' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'renewalRefused' }
  | { readonly kind: 'renewalDelayed' };

/** Thrown where the page itself has found the fault. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.kind);
  }
}

const LONGEST_DESCRIPTION = 200;

/** What made a log-in fail, before it or after. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  if (thrown instanceof ErrorResponse) return refusedWith(thrown);
  if (isUnreachable(thrown)) return { kind: 'issuerUnreachable' };
  return { kind: 'logInFailed' };
}

/** What made a renewal fail: an issuer that said no, or none that said anything. */
export function renewalProblemOf(thrown: unknown): Problem {
  return thrown instanceof ErrorResponse ? { kind: 'renewalRefused' } : { kind: 'renewalDelayed' };
}

function refusedWith({ error, error_description: description }: ErrorResponse): Problem {
  if (error === 'access_denied') return { kind: 'cancelled' };
  return { kind: 'logInRefused', code: error ?? '', description: (description ?? '').slice(0, LONGEST_DESCRIPTION) };
}

// fetch says TypeError for whatever kept it from an answer.
function isUnreachable(thrown: unknown): boolean {
  return thrown instanceof TypeError || thrown instanceof ErrorTimeout;
}
