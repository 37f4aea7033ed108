// Connect, in Node and in a page: what its caller sees of a call of kinds.v1.Kinds, as { code, reason, answer, told }.
import { Code, ConnectError, createClient } from '@connectrpc/connect';

// `Kinds` and `ErrorInfoSchema` are generated.
export async function seen({ Kinds, ErrorInfoSchema }, transport, { method, fail = false, upload, authorization }) {
  const client = createClient(Kinds, transport);
  const told = [];
  const look = (metadata) => told.push(...entries(metadata));
  const options = { headers: authorization === undefined ? {} : { authorization }, onHeader: look, onTrailer: look };
  const name = method[0].toLowerCase() + method.slice(1);
  try {
    const { subject, anonymous, wouldDeny } = await only(client[name](upload ? stream({ fail }) : { fail }, options));
    return { code: 'OK', answer: { subject, anonymous, wouldDeny }, told };
  } catch (reason) {
    const error = ConnectError.from(reason);
    const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === 'sekisho');
    // Its metadata are those of head and trailers.
    return { code: constantName(Code[error.code]), ...(info && { reason: info.reason }), told: entries(error.metadata) };
  }
}

function entries(metadata) {
  return metadata.get('sekisho-would-deny')?.split(', ') ?? [];
}

async function* stream(message) {
  yield message;
}

// To its end, where the trailers are.
async function only(answer) {
  if (!(Symbol.asyncIterator in answer)) return answer;
  const messages = [];
  for await (const message of answer) messages.push(message);
  return messages[0];
}

function constantName(name) {
  return name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
}
