// What a method requires, in words.
import type { Requirement } from '../apis';
import type { Texts } from '../texts/en';

/** None where scopes are named: they are shown as they are. */
export function kindWords({ kind }: Requirement, texts: Texts): string | undefined {
  switch (kind) {
    case 'public':
      return texts.requiresNothing;
    case 'authenticated':
      return texts.requiresLogIn;
    case 'optional':
      return texts.requiresValidIfSent;
    case 'scopes':
      return undefined;
  }
}
