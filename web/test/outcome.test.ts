import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema, RetryInfoSchema } from '../src/gen/google/rpc/error_details_pb';
import { answerOf, codeName, refusalOf } from '../src/outcome';

function errorInfo(reason: string, metadata: Record<string, string> = {}, domain = 'sekisho') {
  return { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason, domain, metadata }) };
}

test('a scope that lacks', () => {
  const challenge = 'Bearer error="insufficient_scope", scope="a b"';
  const details = [errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', { requiredScopes: 'a b | c', missingScopes: 'b | c' })];
  const error = new ConnectError('Insufficient scope', Code.PermissionDenied, { 'www-authenticate': challenge }, details);
  assert.deepEqual(refusalOf(error), {
    kind: 'refused',
    why: 'scopeInsufficient',
    code: 'PERMISSION_DENIED (7)',
    message: 'Insufficient scope',
    reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    required: [['a', 'b'], ['c']],
    missing: [['b'], ['c']],
    challenge,
  });
});

test('keys that the server has not got, with the time to wait', () => {
  const retry = { desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay: { seconds: 2n, nanos: 500_000_000 } }) };
  const error = new ConnectError('later', Code.Unavailable, undefined, [errorInfo('ISSUER_KEYS_UNAVAILABLE'), retry]);
  const { why, retryAfter } = refusalOf(error);
  assert.deepEqual({ why, retryAfter }, { why: 'keysUnavailable', retryAfter: 2.5 });
});

test('each reason has words, and the domain is looked at', () => {
  const cases = [
    ['CREDENTIALS_MISSING', 'credentialsMissing'],
    ['CREDENTIALS_MALFORMED', 'tokenMalformed'],
    ['ACCESS_TOKEN_MALFORMED', 'tokenMalformed'],
    ['ACCESS_TOKEN_EXPIRED', 'tokenExpired'],
    ['ACCESS_TOKEN_INVALID', 'tokenInvalid'],
  ] as const;
  for (const [reason, why] of cases) {
    const refused = (domain?: string) => refusalOf(new ConnectError('', Code.Unauthenticated, undefined, [errorInfo(reason, {}, domain)]));
    assert.equal(refused().why, why);
    assert.equal(refused('elsewhere').why, 'other');
  }
});

test('no details', () => {
  assert.equal(refusalOf(new ConnectError('', Code.DeadlineExceeded)).why, 'timeout');
  assert.equal(refusalOf(new ConnectError('', Code.Unimplemented)).why, 'unknownMethod');
  assert.equal(refusalOf(new ConnectError('', Code.Internal)).why, 'other');
});

test('a server that does not answer has no code', () => {
  const expected = { kind: 'refused', why: 'unreachable', message: '', missing: [] };
  assert.deepEqual(refusalOf(new TypeError('Failed to fetch')), expected);
});

test('codes are written as gRPC writes them', () => {
  assert.equal(codeName(Code.Unauthenticated), 'UNAUTHENTICATED (16)');
  assert.equal(codeName(Code.DeadlineExceeded), 'DEADLINE_EXCEEDED (4)');
});

test('a refusal that is only reported stands in the trailers', () => {
  const none = new Headers();
  const report = new Headers({ 'sekisho-would-deny': 'ACCESS_TOKEN_EXPIRED' });
  const reported = { reason: 'ACCESS_TOKEN_EXPIRED', why: 'tokenExpired' };
  assert.deepEqual(answerOf('{}', none, none), { kind: 'answered', json: '{}' });
  assert.deepEqual(answerOf('{}', none, report), { kind: 'answered', json: '{}', reported });
  const unknown = new Headers({ 'sekisho-would-deny': 'ANOTHER' });
  assert.deepEqual(answerOf('{}', none, unknown).reported, { reason: 'ANOTHER', why: 'other' });
  // A handler's own error is told as such, and the report beside it.
  const error = new ConnectError('gone', Code.NotFound, report);
  const { why, message, reported: beside } = refusalOf(error);
  assert.deepEqual({ why, message, beside }, { why: 'other', message: 'gone', beside: reported });
  assert.equal(refusalOf(new ConnectError('gone', Code.NotFound)).reported, undefined);
});
