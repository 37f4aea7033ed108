// What stands behind an answer: what the server said of it, and the command that makes the same call.
import { type Api, alternativesOf } from '../apis';
import type { Config } from '../config';
import { grpcurlCommand } from '../grpcurl';
import type { CallResult, CallState } from '../model';
import { formatAlternatives } from '../scopes';
import type { Texts } from '../texts/en';
import { button, h, setText } from './dom';

const ROWS = ['code', 'reason', 'required', 'missing', 'granted', 'challenge', 'reported', 'duration'] as const;
type Row = (typeof ROWS)[number];

export function callDetails(api: Api) {
  const summary = h('summary');
  const rows = ROWS.map((row) => {
    const name = `${api.id}-${row === 'required' ? 'required-then' : row}`;
    return { row, term: h('dt'), value: h('dd', { id: name }) };
  });
  const list = h('dl', {}, ...rows.map(({ term, value }) => h('div', {}, term, value)));
  const command = commandView(api);
  const element = h('details', { id: `${api.id}-details` }, summary, list, command.element);
  return {
    element,
    render(state: CallState | undefined, texts: Texts, config: Config | undefined) {
      const result = state === 'calling' ? undefined : state;
      setText(summary, texts.details);
      for (const { row, term, value } of rows) {
        setText(term, row === 'granted' ? texts.grantedThen : texts[row]);
        setText(value, (result && detail(row, api, result, texts)) || texts.none);
      }
      command.render(texts, config);
    },
  };
}

function detail(row: Row, api: Api, { outcome, milliseconds, granted }: CallResult, texts: Texts): string | undefined {
  const refused = outcome.kind === 'refused' ? outcome : undefined;
  const details: Record<Row, string | undefined> = {
    code: refused ? refused.code : 'OK (0)',
    reason: refused?.reason,
    required: formatAlternatives(refused?.required ?? alternativesOf(api.requirement)),
    missing: refused && formatAlternatives(refused.missing),
    granted: granted.join(' '),
    challenge: refused?.challenge,
    reported: outcome.reported?.reason,
    duration: texts.milliseconds(milliseconds),
  };
  return details[row];
}

function commandView(api: Api) {
  const title = h('p', { id: `${api.id}-command-title`, class: 'command-title' });
  const command = h('code', { id: `${api.id}-grpcurl` });
  const copied = h('span', { id: `${api.id}-copied`, role: 'status' });
  const copy = button(`${api.id}-copy`, 'plain', () => void copyText(command, copied));
  copy.setAttribute('aria-describedby', title.id);
  const frame = h('pre', { tabindex: '0', role: 'group', 'aria-labelledby': title.id }, command);
  return {
    element: h('div', { class: 'command' }, title, frame, h('div', { class: 'copy' }, copy, copied)),
    render(texts: Texts, config: Config | undefined) {
      setText(title, texts.command);
      setText(copy, texts.copy);
      setText(command, config ? grpcurlCommand(config.grpcUrl, api.path) : '');
      copied.dataset.copied = texts.copied;
      copied.dataset.selected = texts.selected;
    },
  };
}

// Where the browser gives no clipboard, the text is left selected for the person's own hand.
async function copyText(source: HTMLElement, told: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    setText(told, told.dataset.copied ?? '');
  } catch {
    getSelection()?.selectAllChildren(source);
    setText(told, told.dataset.selected ?? '');
  }
}
