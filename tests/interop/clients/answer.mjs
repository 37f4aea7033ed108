// What a client showed of one call, in one form for all of them:
//
//   { code, message, reason, required, missing, challenges, retry, messages, warned }
//
// `code` is gRPC's, in capitals; `message` that of the status, or what an answer that is OK said. The three after it
// are from the ErrorInfo, `challenges` the entries of www-authenticate, `retry` whether a time was told for another
// try, `messages` how many came before it of a stream. An answer that is OK has nothing but the first two. `warned` are
// the reasons why the call would have been refused if the rule of its method were enforced.

const TOLD = /^ {2}(reason|required|missing|challenge|retry after): (.+)$/;

const MESSAGE = /^\d+: /;

const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

export function codeName(number) {
  return CODES[number] ?? `code ${number}`;
}

export function answered(message, warned = []) {
  return { code: 'OK', message, ...(warned.length > 0 && { warned }) };
}

// `details` are messages of google.rpc in their JSON form, each with its `@type`; `messages` are those before the end.
export function refused(code, message, details, challenges, messages) {
  const info = of(details, 'ErrorInfo');
  const ours = info.filter(({ domain }) => domain === 'sekisho');
  // One too many would be as wrong as none.
  const { reason, metadata = {} } = info.length > 1 ? { reason: `${info.length} ErrorInfos` } : (ours[0] ?? {});
  return {
    code,
    message,
    reason,
    required: metadata.requiredScopes,
    missing: metadata.missingScopes,
    challenges,
    retry: of(details, 'RetryInfo').length > 0,
    ...(messages > 0 && { messages }),
  };
}

function of(details, type) {
  return details.filter((detail) => detail['@type'].endsWith(`/google.rpc.${type}`));
}

// What an example client has to say on stderr of a call, by its own name or the path of its method.
export function warnings(text) {
  return [...text.matchAll(/^warning: (\S+) would be refused: (.*)$/gm)].map(([, call, reason]) => ({ call, reason }));
}

// What an example client prints of a call (examples/clients/README.md): a line, and indented ones that belong to it. Of
// a stream, a line for each message before.
export function printed(what, text, warned) {
  const lines = text.trimEnd().split('\n');
  const messages = lines.findIndex((line) => !MESSAGE.test(line));
  const [first, ...rest] = lines.slice(messages);
  const [, code, message] = /^\S+: (\S+) ?(.*)$/.exec(first) ?? [];
  if (!first.startsWith(`${what}: `) || code === undefined) return undefined;
  if (code === 'CANNOT') return { cannot: message.replace(/^SHOW /, '') };
  if (code === 'OK') return rest.length === 0 ? answered(message, warned) : undefined;
  if (!rest.every((line) => TOLD.test(line))) return undefined;
  const named = (wanted) => rest.map((line) => TOLD.exec(line)).filter(([, name]) => name === wanted).map(([, , text]) => text);
  const once = (name) => (named(name).length > 1 ? named(name).join(' and ') : named(name)[0]);
  return {
    code,
    message,
    reason: once('reason'),
    required: once('required'),
    missing: once('missing'),
    challenges: named('challenge'),
    retry: named('retry after').length > 0,
    ...(messages > 0 && { messages }),
  };
}
