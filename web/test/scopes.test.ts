import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAlternatives, fulfils, parseAlternatives, scopeParameter, stepUp } from '../src/scopes';

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
