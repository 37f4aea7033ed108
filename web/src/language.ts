// English or Japanese: what was chosen here before, or else what the browser prefers.
import { en, type Texts } from './texts/en';
import { ja } from './texts/ja';

export type Language = 'en' | 'ja';

export const LANGUAGES: Record<Language, { readonly name: string; readonly texts: Texts }> = {
  en: { name: 'English', texts: en },
  ja: { name: '日本語', texts: ja },
};

const KEY = 'sekisho.language';

export function loadLanguage(storage: Storage, preferred: readonly string[]): Language {
  return known(storage.getItem(KEY)) ?? preferredLanguage(preferred);
}

export function saveLanguage(storage: Storage, language: Language): void {
  storage.setItem(KEY, language);
}

export function preferredLanguage(preferred: readonly string[]): Language {
  return preferred.map((tag) => known(tag.split('-')[0]?.toLowerCase())).find(Boolean) ?? 'en';
}

function known(text: string | null | undefined): Language | undefined {
  return text === 'en' || text === 'ja' ? text : undefined;
}
