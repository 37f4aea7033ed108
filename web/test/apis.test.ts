import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { apis, isReportOnly, namedScopes, requirementOf } from '../src/apis';
import { AccessRuleSchema, Mode } from '../src/gen/sekisho/v1/access_pb';

test('the three APIs, with the scopes that their protos name', () => {
  const found = apis().map(({ method: _, ...shown }) => shown);
  const expected = ['1', '2', '3'].map((number) => ({
    id: `api${number}`,
    name: `API${number}`,
    path: `api${number}.v1.Api${number}/GetStatus`,
    requirement: { kind: 'scopes', alternatives: [[`api${number}:read:status`]] },
    reportOnly: false,
  }));
  assert.deepEqual(found, expected);
  assert.deepEqual(namedScopes(apis()), ['api1:read:status', 'api2:read:status', 'api3:read:status']);
});

test('each kind of rule', () => {
  const rules = [
    { rule: { public: true }, expected: { kind: 'public' } },
    { rule: { authenticated: true }, expected: { kind: 'authenticated' } },
    { rule: { optional: true }, expected: { kind: 'optional' } },
    { rule: { allOf: ['a', 'b'] }, expected: { kind: 'scopes', alternatives: [['a', 'b']] } },
    { rule: { anyOf: [{ allOf: ['a', 'b'] }, { allOf: ['admin'] }] }, expected: { kind: 'scopes', alternatives: [['a', 'b'], ['admin']] } },
  ];
  const modes = [Mode.MODE_UNSPECIFIED, Mode.ENFORCE, Mode.REPORT_ONLY];
  for (const { rule, expected } of rules) {
    for (const mode of modes) {
      const written = create(AccessRuleSchema, { ...rule, mode });
      assert.deepEqual(requirementOf(written), expected);
      assert.equal(isReportOnly(written), mode === Mode.REPORT_ONLY);
    }
  }
});
