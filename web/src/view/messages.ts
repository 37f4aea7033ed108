// What has happened and what to do about it, in words, above everything else.
import { LANGUAGES } from '../language';
import type { Actions, Model, Notice } from '../model';
import type { Problem } from '../problem';
import type { Texts } from '../texts/en';
import { button, h, setText, show } from './dom';

export function messages(actions: Actions): { element: HTMLElement; render(model: Model): void } {
  const problem = h('p', { id: 'problem', role: 'alert', class: 'message problem' });
  const notice = h('p', { id: 'notice', role: 'status', class: 'message notice' });
  const reload = button('reload', 'plain', () => actions.reload());
  const element = h('section', { class: 'messages' }, problem, reload, notice);
  return {
    element,
    render(model) {
      const { texts } = LANGUAGES[model.language];
      element.setAttribute('aria-label', texts.notices);
      setText(problem, model.problem ? problemText(model.problem, texts, model.config?.issuer ?? '') : '');
      setText(notice, model.notice ? noticeText(model.notice, texts) : '');
      setText(reload, texts.reload);
      show(reload, model.problem?.kind === 'configuration');
    },
  };
}

export function problemText(problem: Problem, { problem: texts }: Texts, issuer: string): string {
  if (problem.kind === 'logInRefused') return texts.logInRefused(problem.code, problem.description);
  const text = texts[problem.kind];
  return typeof text === 'string' ? text : text(issuer);
}

function noticeText(notice: Notice, { notice: texts, goingToIssuer }: Texts): string {
  if (notice.kind === 'goingToIssuer') return goingToIssuer;
  return notice.kind === 'loggedIn' ? texts.loggedIn(notice.name) : texts[notice.kind];
}
