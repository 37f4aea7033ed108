import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../src/texts/en';
import { ja } from '../src/texts/ja';
import { kindWords } from '../src/view/requirement';

test('each kind without scopes has words of its own', () => {
  const kinds = ['public', 'authenticated', 'optional'] as const;
  for (const texts of [en, ja]) {
    const words = kinds.map((kind) => kindWords({ kind }, texts));
    assert.equal(new Set([...words, texts.reportOnly]).size, kinds.length + 1);
    assert.ok(words.every(Boolean));
    assert.equal(kindWords({ kind: 'scopes', alternatives: [['a']] }, texts), undefined);
  }
  assert.match(kindWords({ kind: 'optional' }, en) ?? '', /anyone may call.*token that is sent has to be valid/);
});
