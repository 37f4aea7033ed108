import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, parseConfig } from '../src/config';

const good = {
  issuer: 'http://127.0.0.1:9000/',
  clientId: 'page',
  audience: 'auth0-multiple-api',
  grpcUrl: 'http://127.0.0.1:50051',
  scopes: ['api1:read:status'],
  scopePrefix: '',
  development: true,
};

test('a configuration is taken as it is', () => assert.deepEqual(parseConfig(good), good));

test('an issuer may write something before scopes', () => {
  assert.equal(parseConfig({ ...good, scopePrefix: 'api://orders/' }).scopePrefix, 'api://orders/');
});

test('the issuer keeps its last slash, or its want of one', () => {
  assert.equal(parseConfig({ ...good, issuer: 'https://a.example' }).issuer, 'https://a.example');
});

test('what is none is refused', () => {
  const bad = [
    undefined,
    null,
    'text',
    {},
    { ...good, clientId: '' },
    { ...good, issuer: 'tenant' },
    { ...good, issuer: 'javascript:1' },
    { ...good, grpcUrl: 1 },
    { ...good, scopes: 'a b' },
    { ...good, scopes: [1] },
    { ...good, scopePrefix: undefined },
    { ...good, scopePrefix: 1 },
  ];
  for (const value of bad) assert.throws(() => parseConfig(value), ConfigError);
});
