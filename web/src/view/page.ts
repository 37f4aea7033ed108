// The whole page: made once, then drawn again for each change of the model.
import type { Api } from '../apis';
import { LANGUAGES, type Language } from '../language';
import type { Actions, Model } from '../model';
import { apiSection } from './api-section';
import { h, setText } from './dom';
import { messages } from './messages';
import { pass } from './pass';

export interface PageView {
  render(model: Model, now: number): void;
  tick(model: Model, now: number): void;
  focusCall(api: string): void;
  focusLogIn(): void;
}

export function page(root: HTMLElement, all: readonly Api[], actions: Actions): PageView {
  const head = header(actions);
  const title = h('h1', { id: 'title' });
  const lead = h('p', { class: 'lead' });
  const told = messages(actions);
  const holder = pass(all, actions);
  const gates = all.map((api) => apiSection(api, actions));
  const foot = footer();
  const road = h('div', { class: 'road' }, ...gates.map(({ element }) => element));
  const intro = h('div', { class: 'intro' }, h('div', { class: 'words' }, title, lead, told.element), holder.element);
  root.replaceChildren(head.element, h('main', {}, intro, road), foot.element);
  return {
    render(model, now) {
      const { texts } = LANGUAGES[model.language];
      document.documentElement.lang = model.language;
      document.title = texts.title;
      setText(title, texts.title);
      setText(lead, texts.lead);
      for (const part of [head, told, holder, ...gates, foot]) part.render(model);
      holder.tick(model, now);
    },
    tick: (model, now) => holder.tick(model, now),
    focusCall: (api) => gates[all.findIndex(({ id }) => id === api)]?.focusCall(),
    focusLogIn: () => holder.focusLogIn(),
  };
}

function header(actions: Actions) {
  const buttons = (Object.keys(LANGUAGES) as Language[]).map((language) => {
    const element = h('button', { id: `language-${language}`, type: 'button', lang: language }, LANGUAGES[language].name);
    element.addEventListener('click', () => actions.speak(language));
    return { language, element };
  });
  const group = h('div', { role: 'group', class: 'languages' }, ...buttons.map(({ element }) => element));
  const mark = h('img', { src: '/favicon.svg', alt: '', width: '36', height: '36' });
  const name = h('p', { class: 'brand' }, mark, h('span', {}, 'Sekisho'), h('span', { lang: 'ja' }, '関所'));
  return {
    element: h('header', {}, name, group),
    render({ language }: Model) {
      group.setAttribute('aria-label', LANGUAGES[language].texts.language);
      for (const each of buttons) each.element.setAttribute('aria-pressed', String(each.language === language));
    },
  };
}

function footer() {
  const rows = (['issuer', 'server', 'audience'] as const).map((name) => {
    return { name, term: h('dt'), value: h('dd', { id: `config-${name}` }) };
  });
  const list = h('dl', {}, ...rows.map(({ term, value }) => h('div', {}, term, value)));
  return {
    element: h('footer', {}, list),
    render({ language, config }: Model) {
      const values = { issuer: config?.issuer, server: config?.grpcUrl, audience: config?.audience };
      for (const { name, term, value } of rows) {
        setText(term, LANGUAGES[language].texts[name]);
        setText(value, values[name] ?? LANGUAGES[language].texts.none);
      }
    },
  };
}
