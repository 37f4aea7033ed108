// One API: its gate, what it requires, the call, the answer, and what to do about a refusal.
import { type Api, alternativesOf } from '../apis';
import { gateState } from '../gate';
import { LANGUAGES } from '../language';
import type { Actions, CallState, Model } from '../model';
import type { Refused } from '../outcome';
import { formatAlternatives } from '../scopes';
import type { Texts } from '../texts/en';
import { callDetails } from './call-details';
import { button, h, setBusy, setChildren, setText, show } from './dom';
import { gatePicture } from './picture';
import { kindWords } from './requirement';
import { alternativeStamps } from './scopes';

export interface ApiView {
  readonly element: HTMLElement;
  render(model: Model): void;
  focusCall(): void;
}

export function apiSection(api: Api, actions: Actions): ApiView {
  const heading = h('h2', { id: `${api.id}-heading` }, api.name);
  const sign = h('p', { id: `${api.id}-gate`, class: 'sign' });
  const term = h('dt');
  const required = h('dd', { id: `${api.id}-required` });
  const call = button(`${api.id}-call`, 'primary', () => actions.call(api.id));
  const answer = answerView(api, actions);
  const details = callDetails(api);
  const element = h('section', { id: api.id, class: 'gate', 'aria-labelledby': heading.id });
  const method = h('p', { class: 'method' }, h('code', { id: `${api.id}-method` }, api.path));
  const body = h('div', { class: 'body' }, heading, method, h('dl', { class: 'requires' }, h('div', {}, term, required)));
  body.append(call, answer.element, details.element);
  element.append(h('div', { class: 'scene' }, gatePicture(), sign), body);
  return {
    element,
    render(model) {
      const { texts } = LANGUAGES[model.language];
      const state = model.calls.get(api.id);
      element.dataset.gate = gateState(api, model);
      setText(sign, texts.gate[gateState(api, model)]);
      setText(term, texts.requires);
      setChildren(required, model.language, () => requirementText(api, texts));
      setText(call, texts.fetchStatus(api.name));
      call.disabled = !model.session;
      setBusy(call, state === 'calling');
      answer.render(state, texts, model.busy);
      details.render(state, texts, model.config);
    },
    focusCall: () => call.focus(),
  };
}

function requirementText({ requirement, reportOnly }: Api, texts: Texts): (Node | string)[] {
  const words = kindWords(requirement, texts);
  const required = words === undefined ? alternativeStamps(alternativesOf(requirement), texts.anyOf) : [words];
  return reportOnly ? [...required, ` ${texts.reportOnly}`] : required;
}

function answerView(api: Api, actions: Actions) {
  const response = h('p', { id: `${api.id}-response`, class: 'response' });
  const explanation = h('p', { id: `${api.id}-explanation`, class: 'explanation' });
  const remedy = button(`${api.id}-remedy`, 'plain', () => actions.remedy(api.id));
  const element = h('div', { class: 'answer' }, h('div', { role: 'status' }, response, explanation), remedy);
  return {
    element,
    render(state: CallState | undefined, texts: Texts, busy: boolean) {
      const refused = refusalIn(state);
      setText(response, responseText(api, state, texts));
      setText(explanation, [refused ? explained(refused, texts) : '', reportText(state, texts)].filter(Boolean).join(' '));
      setText(remedy, refused ? (remedyText(refused, texts) ?? '') : '');
      show(remedy, remedy.textContent !== '');
      setBusy(remedy, busy);
    },
  };
}

function refusalIn(state: CallState | undefined): Refused | undefined {
  return state !== undefined && state !== 'calling' && state.outcome.kind === 'refused' ? state.outcome : undefined;
}

function responseText(api: Api, state: CallState | undefined, texts: Texts): string {
  if (state === undefined) return texts.placeholder(api.name);
  if (state === 'calling') return texts.calling;
  const { outcome } = state;
  return texts.response(outcome.kind === 'answered' ? outcome.json : outcome.message || texts.noAnswer);
}

function explained({ why, retryAfter }: Refused, texts: Texts): string {
  const retry = retryAfter === undefined ? '' : texts.retryAfter(Math.ceil(retryAfter));
  return [texts.why[why], retry].filter(Boolean).join(' ');
}

function reportText(state: CallState | undefined, texts: Texts): string {
  const reported = state === undefined || state === 'calling' ? undefined : state.outcome.reported;
  return reported ? texts.onlyReported(texts.why[reported.why]) : '';
}

// Another log-in helps where the pass was at fault, and there alone.
function remedyText({ why, missing }: Refused, texts: Texts): string | undefined {
  if (why === 'scopeInsufficient') return texts.stepUp(formatAlternatives(missing));
  const passAtFault = ['credentialsMissing', 'tokenMalformed', 'tokenExpired', 'tokenInvalid'];
  return passAtFault.includes(why) ? texts.logInAgain : undefined;
}
