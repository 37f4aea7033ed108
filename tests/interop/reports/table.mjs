// What came out, as Markdown: what callers see, call by call; and clients down by servers across.
import { CALLS, CREDENTIALS, expected, logged } from './cases.mjs';

export function tables(clients, results) {
  const seen = CALLS.map((call) => [`\`${call.method}\``, call.kind, ...CREDENTIALS.map((credentials) => cell(call, credentials))]);
  const stages = [...new Set([...results.keys()].map((key) => key.split(',')[0]))];
  const shown = clients.map(({ name, library }) => [
    `${name} (${library})`,
    ...stages.map((stage) => {
      const here = [...results].filter(([key]) => key.startsWith(`${stage},${name},`));
      return here.length > 0 && here.every(([, passed]) => passed) ? '✓' : '✗';
    }),
  ]);
  return [
    markdown(['method', 'call', ...CREDENTIALS.map(({ name }) => name)], seen),
    markdown(['client', ...stages], shown),
  ].join('\n');
}

// The status, and what else there is to see.
function cell(call, credentials) {
  const { code, reason, answer, told } = expected(call, credentials, call.reports);
  const { outcome } = logged(call, credentials, call.reports);
  const caller = answer && (answer.anonymous ? 'anonymous' : 'its subject');
  const parts = [`\`${code}\``, reason && `\`${reason}\``, caller, ...told.map((why) => `told \`${why}\``), `log: \`${outcome}\``];
  return parts.filter(Boolean).join('; ');
}

function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
