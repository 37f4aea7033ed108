// What came out, as Markdown: the cases, and clients down by cases across.

const HEAD = ['', 'call', 'token', 'server', 'code', 'reason', 'required', 'missing', 'challenge', 'retry', 'messages before', 'warned of'];

// `results` has a list for each program, in the order of the cases.
export function tables(results, cases) {
  const notes = new Notes();
  const columns = cases.map(({ column }, at) => column ?? String(at + 1));
  const rows = [...results].map(([program, found]) => [nameOf(program, notes), ...found.map((each) => cell(each, notes))]);
  return [
    markdown(HEAD, cases.map((each, at) => described(each, columns[at]))),
    markdown(['client', ...columns], rows),
    notes.text(),
  ].join('\n');
}

function nameOf({ name, library, version, marks = [] }, notes) {
  const made = [library, version].filter(Boolean).join(' ');
  return `${name} (${made})${marks.map((text) => notes.mark(text)).join('')}`;
}

function cell(result, notes) {
  if (result === 'equal') return '✓';
  if (result.equalBut) return `✓${notes.mark(result.equalBut)}`;
  return result === 'different' ? '✗' : `—${notes.mark(result)}`;
}

function described({ what, server = 'with keys', name, expected }, column) {
  const { code, message, reason, required, missing, challenges = [], retry, messages = '', warned = [] } = expected;
  const texts = [reason, required, missing, challenges.join(', ')].map((text) => (text ? `\`${text}\`` : ''));
  const answer = code === 'OK' ? `\`OK\`: ${message}` : `\`${code}\``;
  return [column, what, name, server, answer, ...texts, retry ? 'told' : '', String(messages), warned.map((why) => `\`${why}\``).join(', ')];
}

function markdown(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

// Notes below a table, each told once, by letters.
class Notes {
  #texts = [];

  mark(text) {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return ` ⁽${this.#letter(this.#texts.indexOf(text))}⁾`;
  }

  #letter(at) {
    return String.fromCharCode('a'.charCodeAt(0) + at);
  }

  text() {
    return this.#texts.map((text, at) => `⁽${this.#letter(at)}⁾ ${text}\n`).join('\n');
  }
}
