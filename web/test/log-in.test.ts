import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorResponse, ErrorTimeout } from 'oidc-client-ts';
import { fromIssuer, responseIn } from '../src/callback';
import { logOutBy } from '../src/logout';
import { ProblemError, problemOf, renewalProblemOf } from '../src/problem';
import { renewAt, retryDelay, timeLeft } from '../src/renewal';
import { loadSession, saveSession } from '../src/session';
import { memory } from './memory';

const HOME = 'http://localhost:8080/';

test('an answer in the address is recognised by any of its parts', () => {
  for (const query of ['?code=a&state=b', '?error=access_denied', '?state=b', '?code=a']) {
    assert.equal(responseIn(HOME + query)?.url, HOME + query);
  }
  assert.equal(responseIn(HOME), undefined);
  assert.equal(responseIn(`${HOME}?other=1`), undefined);
});

test('an answer that names another issuer is not the issuer’s', () => {
  const response = (issuer: string | undefined) => ({ url: HOME, issuer });
  assert.equal(fromIssuer(response('https://a/'), 'https://a/', true), true);
  assert.equal(fromIssuer(response('https://b/'), 'https://a/', false), false);
  assert.equal(fromIssuer(response(undefined), 'https://a/', false), true);
  assert.equal(fromIssuer(response(undefined), 'https://a/', true), false);
});

test('where to log out', () => {
  assert.deepEqual(logOutBy('https://a.example/', 'page', 'https://a.example/logout', HOME), { kind: 'endSession' });
  assert.deepEqual(logOutBy('https://a.example/', 'page', undefined, HOME), { kind: 'hereOnly' });
  assert.deepEqual(logOutBy('https://auth0.com.example/', 'page', undefined, HOME), { kind: 'hereOnly' });
  for (const issuer of ['https://tenant.jp.auth0.com/', 'https://tenant.jp.auth0.com']) {
    const url = 'https://tenant.jp.auth0.com/v2/logout?client_id=page&returnTo=http%3A%2F%2Flocalhost%3A8080%2F';
    assert.deepEqual(logOutBy(issuer, 'page', undefined, HOME), { kind: 'redirect', url });
  }
});

test('what went wrong, as what to do about it', () => {
  const refused = (error: string) => new ErrorResponse({ error, error_description: 'why' });
  assert.deepEqual(problemOf(refused('access_denied')), { kind: 'cancelled' });
  assert.deepEqual(problemOf(refused('invalid_scope')), { kind: 'logInRefused', code: 'invalid_scope', description: 'why' });
  assert.deepEqual(problemOf(new TypeError('Failed to fetch')), { kind: 'issuerUnreachable' });
  assert.deepEqual(problemOf(new ErrorTimeout('late')), { kind: 'issuerUnreachable' });
  assert.deepEqual(problemOf(new Error('else')), { kind: 'logInFailed' });
  assert.deepEqual(problemOf(new ProblemError({ kind: 'foreignResponse' })), { kind: 'foreignResponse' });
  assert.deepEqual(renewalProblemOf(refused('invalid_grant')), { kind: 'renewalRefused' });
  assert.deepEqual(renewalProblemOf(new TypeError('Failed to fetch')), { kind: 'renewalDelayed' });
});

test('when to renew', () => {
  assert.equal(renewAt(3600, 0), 3540);
  assert.equal(renewAt(30, 0), 20);
  assert.equal(renewAt(10, 20), 10);
  assert.deepEqual([1, 2, 3, 4, 5, 9].map(retryDelay), [5, 10, 20, 40, 60, 60]);
  assert.deepEqual(timeLeft(3725.2, 0), { hours: 1, minutes: 2, seconds: 6 });
  assert.deepEqual(timeLeft(0, 5), { hours: 0, minutes: 0, seconds: 0 });
});

test('a session outlives a reload, but not a change of issuer or client', () => {
  const storage = memory();
  const session = { issuer: 'https://a/', clientId: 'page', accessToken: 't', subject: 's', name: 'n', granted: ['a'] };
  saveSession(storage, session);
  assert.deepEqual(loadSession(storage, 'https://a/', 'page'), session);
  assert.equal(loadSession(storage, 'https://b/', 'page'), undefined);
  assert.equal(loadSession(storage, 'https://a/', 'other'), undefined);
  for (const text of ['{', '1', '{"accessToken":1}']) {
    storage.setItem('sekisho.session', text);
    assert.equal(loadSession(storage, 'https://a/', 'page'), undefined);
  }
});
