import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preferredLanguage } from '../src/language';
import { en } from '../src/texts/en';
import { ja } from '../src/texts/ja';

/** Every text's place, with what kind of text it is; none may be empty. */
function places(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null) return places(value, `${path}${name}.`);
    assert.notEqual(value, '', path + name);
    return `${path}${name}: ${typeof value}`;
  });
}

test('both languages have the same texts', () => assert.deepEqual(places(ja).sort(), places(en).sort()));

test('the scenario’s words', () => {
  assert.equal(ja.title, 'Auth0で1つのアクセストークンを使って複数のAPIにアクセスする方法');
  assert.equal(ja.authentication, '認証');
  assert.deepEqual([ja.logIn, ja.logOut], ['ログイン', 'ログアウト']);
  assert.equal(ja.fetchStatus('API1'), 'API1のステータスを取得する');
  assert.equal(ja.placeholder('API1'), 'ここにAPI1のステータスが表示されます');
  assert.equal(ja.response('Insufficient scope'), 'Response: Insufficient scope');
});

test('the time that is left', () => {
  assert.equal(en.left({ hours: 1, minutes: 0, seconds: 5 }), '1 h 0 min 5 s');
  assert.equal(en.left({ hours: 0, minutes: 0, seconds: 5 }), '5 s');
  assert.equal(ja.left({ hours: 0, minutes: 2, seconds: 0 }), '2分0秒');
});

test('the browser’s first language that there is', () => {
  assert.equal(preferredLanguage(['ja-JP', 'en']), 'ja');
  assert.equal(preferredLanguage(['fr', 'ja']), 'ja');
  assert.equal(preferredLanguage(['fr']), 'en');
});
