import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { apis, namedScopes, requirementOf } from '../src/apis';
import { AccessRuleSchema } from '../src/gen/sekisho/v1/access_pb';

test('the three APIs, with the scopes that their protos name', () => {
  const found = apis().map(({ id, name, path, requirement }) => ({ id, name, path, requirement }));
  const expected = ['1', '2', '3'].map((number) => ({
    id: `api${number}`,
    name: `API${number}`,
    path: `api${number}.v1.Api${number}/GetStatus`,
    requirement: { kind: 'scopes', alternatives: [[`api${number}:read:status`]] },
  }));
  assert.deepEqual(found, expected);
  assert.deepEqual(namedScopes(apis()), ['api1:read:status', 'api2:read:status', 'api3:read:status']);
});

test('each kind of rule', () => {
  const rules = [
    { rule: { public: true }, expected: { kind: 'public' } },
    { rule: { authenticated: true }, expected: { kind: 'authenticated' } },
    { rule: { allOf: ['a', 'b'] }, expected: { kind: 'scopes', alternatives: [['a', 'b']] } },
    { rule: { anyOf: [{ allOf: ['a', 'b'] }, { allOf: ['admin'] }] }, expected: { kind: 'scopes', alternatives: [['a', 'b'], ['admin']] } },
  ];
  for (const { rule, expected } of rules) assert.deepEqual(requirementOf(create(AccessRuleSchema, rule)), expected);
});
