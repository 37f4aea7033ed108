// Scopes as stamps on a pass.
import { h } from './dom';

export function stamps(scopes: readonly string[]): HTMLElement[] {
  return scopes.map((scope) => h('code', { class: 'stamp' }, scope));
}

/** Sets of scopes, parted by the word for "or". */
export function alternativeStamps(alternatives: readonly (readonly string[])[], or: string): (Node | string)[] {
  return alternatives.flatMap((scopes, index) => (index === 0 ? stamps(scopes) : [` ${or} `, ...stamps(scopes)]));
}
