// The pass: logging in and out, who is logged in, with which scopes, and for how long.
import { type Api, namedScopes } from '../apis';
import { LANGUAGES } from '../language';
import type { Actions, Model } from '../model';
import { timeLeft } from '../renewal';
import { namesOf } from '../scopes';
import type { Session } from '../session';
import type { Texts } from '../texts/en';
import { scopeChoice } from './choice';
import { button, h, setBusy, setChildren, setText, show } from './dom';

export interface PassView {
  readonly element: HTMLElement;
  render(model: Model): void;
  /** Shows the time that is left, which changes every second. */
  tick(model: Model, now: number): void;
  focusLogIn(): void;
}

export function pass(all: readonly Api[], actions: Actions): PassView {
  const heading = h('h2', { id: 'authentication-heading' });
  const logIn = button('login', 'primary', () => actions.logIn());
  const logOut = button('logout', 'plain', () => actions.logOut());
  const holder = holderView(namedScopes(all), actions);
  const choice = scopeChoice(actions);
  const hint = h('p', { id: 'development', class: 'hint' });
  const element = h('section', { id: 'authentication', class: 'pass', 'aria-labelledby': heading.id });
  element.append(heading, h('div', { class: 'buttons' }, logIn, logOut), holder.element, choice.element, hint);
  return {
    element,
    render(model) {
      const { texts } = LANGUAGES[model.language];
      const loggedIn = model.session !== undefined;
      setText(heading, texts.authentication);
      setText(logIn, texts.logIn);
      setText(logOut, texts.logOut);
      logIn.disabled = !model.config || (loggedIn && !model.expired);
      logOut.disabled = !loggedIn;
      for (const each of [logIn, logOut]) setBusy(each, model.busy);
      holder.render(model, texts);
      choice.render(model, texts);
      setText(hint, texts.developmentAccounts);
      show(hint, !loggedIn && model.config?.development === true);
    },
    tick: (model, now) => holder.tick(model, now),
    focusLogIn: () => logIn.focus(),
  };
}

function holderView(named: readonly string[], actions: Actions) {
  const rows = Object.fromEntries(
    ['who', 'granted', 'expires', 'renewal'].map((id) => [id, { term: h('dt'), value: h('dd', { id }) }]),
  ) as Record<'who' | 'granted' | 'expires' | 'renewal', { term: HTMLElement; value: HTMLElement }>;
  const renew = button('renew', 'plain', () => actions.renew());
  const list = h('dl', {}, ...Object.values(rows).map(({ term, value }) => h('div', {}, term, value)));
  const element = h('div', { class: 'holder' }, list, renew);
  return {
    element,
    render(model: Model, texts: Texts) {
      const { session } = model;
      show(element, session !== undefined);
      if (!session) return;
      setText(rows.who.term, texts.who);
      setText(rows.granted.term, texts.granted);
      setText(rows.expires.term, texts.expiresIn);
      setText(rows.renewal.term, texts.renewal);
      setText(rows.who.value, session.name);
      rows.who.value.title = session.subject;
      const granted = namesOf(session.granted, model.config?.scopePrefix ?? '');
      setChildren(rows.granted.value, JSON.stringify([granted, model.language]), () => grantedStamps(granted, named, texts));
      setText(rows.renewal.value, session.refreshToken === undefined ? texts.renewedByHand : texts.renewedSilently);
      setText(renew, texts.renew);
      show(renew, session.refreshToken === undefined || model.expired);
      setBusy(renew, model.busy);
    },
    tick({ session, language }: Model, now: number) {
      if (session) setText(rows.expires.value, leftText(session, now, LANGUAGES[language].texts));
    },
  };
}

function leftText({ expiresAt }: Session, now: number, texts: Texts): string {
  if (expiresAt === undefined) return texts.neverSaid;
  return now >= expiresAt ? texts.expired : texts.left(timeLeft(expiresAt, now));
}

// What was granted, and of the APIs' scopes what was not.
function grantedStamps(granted: readonly string[], named: readonly string[], texts: Texts): (Node | string)[] {
  const held = [...named.filter((scope) => granted.includes(scope)), ...granted.filter((scope) => !named.includes(scope))];
  const lacking = named.filter((scope) => !granted.includes(scope));
  return [
    ...held.map((scope) => h('code', { class: 'stamp', 'data-granted': scope }, scope)),
    ...lacking.map((scope) =>
      h('span', { class: 'stamp lacking', 'data-lacking': scope }, h('code', {}, scope), h('small', {}, ` ${texts.notGranted}`)),
    ),
  ];
}
