import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asAsked, formatAlternatives, fulfils, namesOf, parseAlternatives, scopeParameter, stepUp } from '../src/scopes';

test('alternatives are read as they are written', () => {
  for (const text of ['a', 'a b', 'a b | admin']) assert.equal(formatAlternatives(parseAlternatives(text)), text);
  assert.deepEqual(parseAlternatives(undefined), []);
});

test('one alternative is enough, all of it', () => {
  const alternatives = [['a', 'b'], ['admin']];
  assert.equal(fulfils(['a', 'b'], alternatives), true);
  assert.equal(fulfils(['admin'], alternatives), true);
  assert.equal(fulfils(['a'], alternatives), false);
  assert.equal(fulfils([], []), true);
});

test('a step-up asks for what is missing and what was held', () => {
  const cases = [
    { missing: [['api3']], granted: ['openid', 'profile', 'offline_access', 'api1'], expected: ['api1', 'api3'] },
    { missing: [['b', 'c'], ['admin']], granted: ['a'], expected: ['a', 'admin'] },
    { missing: [['a']], granted: ['a'], expected: ['a'] },
    { missing: [], granted: ['a'], expected: ['a'] },
  ];
  for (const { missing, granted, expected } of cases) assert.deepEqual(stepUp(missing, granted), expected);
});

test('offline_access is asked for unless the issuer says that it does not know it', () => {
  assert.equal(scopeParameter(['a'], undefined), 'openid profile offline_access a');
  assert.equal(scopeParameter(['a'], ['openid', 'offline_access']), 'openid profile offline_access a');
  assert.equal(scopeParameter(['a'], ['openid']), 'openid profile a');
});

test('scopes go by the names that the APIs have for them', () => {
  const cases = [
    { granted: ['api://o/a', 'b', 'openid'], prefix: 'api://o/', expected: ['a', 'b', 'openid'] },
    { granted: ['api://o/a', 'a'], prefix: 'api://o/', expected: ['a'] },
    { granted: ['api://o/api://o/a', 'api://o/', 'API://o/a'], prefix: 'api://o/', expected: ['api://o/a', 'api://o/', 'API://o/a'] },
    { granted: ['a'], prefix: '', expected: ['a'] },
  ];
  for (const { granted, prefix, expected } of cases) assert.deepEqual(namesOf(granted, prefix), expected);
});

test('the issuer is asked for the APIs’ scopes with its prefix, once, and for others as they are', () => {
  const own = ['a', 'b', 'c'];
  const cases = [
    { scopes: ['a', 'b'], prefix: 'o/', expected: ['o/a', 'o/b'] },
    { scopes: ['o/a', 'o/other', 'email', 'o/c'], prefix: 'o/', expected: ['o/a', 'o/other', 'email', 'o/c'] },
    { scopes: ['o/a', 'a'], prefix: 'o/', expected: ['o/a'] },
    { scopes: ['a', 'email'], prefix: '', expected: ['a', 'email'] },
  ];
  for (const { scopes, prefix, expected } of cases) assert.deepEqual(asAsked(scopes, prefix, own), expected);
});

test('a step-up at an issuer that writes a prefix asks for what was held and what was missing', () => {
  const [prefix, own] = ['o/', ['a', 'b']];
  assert.deepEqual(asAsked(stepUp([['o/b']], ['openid', 'o/a', 'email']), prefix, own), ['o/a', 'email', 'o/b']);
  // Some issuers leave it out where they tell what was granted.
  assert.deepEqual(asAsked(stepUp([['o/b']], ['a']), prefix, own), ['o/a', 'o/b']);
});
