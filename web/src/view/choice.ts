// Which of the APIs' scopes the next log-in asks for.
import { apis, namedScopes } from '../apis';
import type { Actions, Model } from '../model';
import type { Texts } from '../texts/en';
import { h, setText, show } from './dom';

export function scopeChoice(actions: Actions) {
  const legend = h('legend');
  const hint = h('p', { id: 'scopes-hint', class: 'hint' });
  const boxes = new Map(namedScopes(apis()).map((scope) => [scope, checkbox(scope, actions)]));
  const labels = [...boxes].map(([scope, box]) => h('label', {}, box, h('code', {}, scope)));
  const element = h('fieldset', { id: 'scopes', 'aria-describedby': hint.id }, legend, ...labels, hint);
  return {
    element,
    render({ session, expired, chosen }: Model, texts: Texts) {
      setText(legend, texts.scopesToAskFor);
      setText(hint, texts.scopesHint);
      show(element, session === undefined || expired);
      for (const [scope, box] of boxes) box.checked = chosen.includes(scope);
    },
  };
}

function checkbox(scope: string, actions: Actions): HTMLInputElement {
  const box = h('input', { type: 'checkbox', id: `scope-${scope.replaceAll(':', '-')}`, value: scope });
  box.addEventListener('change', () => actions.choose(scope, box.checked));
  return box;
}
