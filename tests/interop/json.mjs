// JSON for the shell scripts beside this, from standard input.
//   canonical             the value on one line, its members sorted, to compare values by
//   reason                of the error that grpcurl prints: the reason of its ErrorInfo
//   listening LISTENER    from log lines: the address that the listener took; exit code 1 while there is none
//   reflection            of the answers that grpcurl prints, in a row: a code, `files`, or the numbers of extensions
import { readFileSync } from 'node:fs';

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

function canonical(text) {
  const value = parse(text);
  return value === undefined ? `no JSON: ${text.trim()}` : JSON.stringify(sorted(value));
}

function reason(text) {
  const information = (parse(text)?.details ?? []).filter((detail) => detail['@type']?.endsWith('/google.rpc.ErrorInfo'));
  return information.map((detail) => detail.reason).join(' and ') || `none in: ${text.trim()}`;
}

// The members of an event stand beside the others, or under `fields`.
function listening(text, listener) {
  const events = text.split('\n').map(parse).filter(Boolean).map((line) => line.fields ?? line);
  return events.find((event) => event.message === 'listening' && event.listener === listener)?.addr;
}

// Each answer of a stream ends with a brace at the margin.
function reflection(text) {
  return text.trim().split(/(?<=^\})\n/m).map((each) => told(parse(each) ?? {})).join(' ');
}

function told({ errorResponse, fileDescriptorResponse, allExtensionNumbersResponse: numbers }) {
  if (errorResponse) return errorResponse.errorCode;
  if (fileDescriptorResponse) return 'files';
  return `[${numbers?.extensionNumber}]`;
}

const [command, argument] = process.argv.slice(2);
const answer = { canonical, reason, listening, reflection }[command](readFileSync(0, 'utf8'), argument);
if (answer === undefined) process.exit(1);
console.log(String(answer));
