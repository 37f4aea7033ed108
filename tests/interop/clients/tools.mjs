// grpcurl and buf curl, told of a call and read back into the form of answer.mjs.
import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes.mjs';
import { answered, codeName, refused } from './answer.mjs';

export const METHODS = {
  api1: 'api1.v1.Api1/GetStatus',
  api2: 'api2.v1.Api2/GetStatus',
  api3: 'api3.v1.Api3/GetStatus',
  health: 'grpc.health.v1.Health/Check',
  reflection: 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  stream: 'events.v1.Events/Follow',
};

const QUESTION = JSON.stringify({ list_services: '' });

// What is called, described: our protos, and what clients take from elsewhere.
const SOURCES = ['../../..', '../proto'];

// Writes the descriptors to `folder`, for tools that read them from files.
export async function describe(folder) {
  for (const [at, source] of SOURCES.entries()) {
    const { code, stderr } = await run('buf', ['build', join(import.meta.dirname, source), '-o', join(folder, `${at}.binpb`)]);
    if (code !== 0) throw new Error(`buf build ${source}: ${stderr}`);
  }
}

function descriptorFiles(folder) {
  return SOURCES.map((_source, at) => join(folder, `${at}.binpb`));
}

// --- what an answer says --------------------------------------------------------------------------------

// The one message of the answer, in few words.
function said(what, json) {
  const message = JSON.parse(json);
  if (what === 'health') return message.status;
  if (what === 'reflection') return message.listServicesResponse.service.map(({ name }) => name).sort().join(' ');
  return `name=${message.name} ok=${message.ok}`;
}

// --- grpcurl --------------------------------------------------------------------------------------------

export function grpcurl({ readsFiles }) {
  return async ({ what, url, token, tokenOfOperator, roots, folder }) => {
    const { protocol, host } = new URL(url);
    const transport = protocol === 'https:' ? ['-cacert', roots] : ['-plaintext'];
    const descriptors = readsFiles
      ? descriptorFiles(folder).flatMap((file) => ['-protoset', file])
      : ['-reflect-header', `authorization: Bearer ${tokenOfOperator}`];
    const credentials = token === undefined ? [] : ['-rpc-header', `authorization: Bearer ${token}`];
    const flags = ['-v', '-format-error', '-max-time', '10', ...transport, ...descriptors, ...credentials];
    const data = what === 'reflection' ? ['-d', QUESTION] : [];
    const { stdout, stderr, code } = await run('grpcurl', [...flags, ...data, host, METHODS[what]]);
    const warned = [...stdout.matchAll(/^sekisho-would-deny: (.*)$/gm)].map(([, reason]) => reason);
    if (code === 0) return answered(said(what, /^Response contents:\n(.*?)\n(?:\nResponse |$)/ms.exec(stdout)[1]), warned);
    if (code <= 64) throw new Error(`grpcurl could not call: ${stderr}`);
    const error = JSON.parse(stderr);
    const challenges = [...stdout.matchAll(/^www-authenticate: (.*)$/gm)].map(([, challenge]) => challenge);
    const messages = stdout.match(/^Response contents:$/gm)?.length;
    return refused(codeName(error.code), error.message, error.details ?? [], challenges, messages);
  };
}

// --- buf curl -------------------------------------------------------------------------------------------

// buf tells the type of a detail and its bytes, and leaves the rest to whoever reads it: so they are decoded here.
export function bufCurl({ protocol, flags = [], readsFiles }) {
  return async ({ what, url, token, tokenOfOperator, roots, folder }) => {
    const transport = url.startsWith('https:') ? ['--cacert', roots] : [];
    const descriptors = readsFiles
      ? descriptorFiles(folder).flatMap((file) => ['--schema', file])
      : ['--reflect-header', `authorization: Bearer ${tokenOfOperator}`];
    const credentials = token === undefined ? [] : ['--header', `authorization: Bearer ${token}`];
    const data = what === 'reflection' ? ['--data', QUESTION] : [];
    const all = ['curl', '-v', '--protocol', protocol, ...flags, ...transport, ...descriptors, ...credentials, ...data];
    const { stdout, stderr, code } = await run('buf', [...all, `${url}/${METHODS[what]}`]);
    const warned = [...stderr.matchAll(/^buf: < \(#\d+\) Sekisho-Would-Deny: (.*)$/gm)].map(([, reason]) => reason);
    if (code === 0) return answered(said(what, stdout), warned);
    if (code % 8 !== 0) throw new Error(`buf could not call: ${stderr}`);
    const error = JSON.parse(/^\{$.*^\}$/ms.exec(stderr)[0]);
    const challenges = [...stderr.matchAll(/^buf: < \(#\d+\) Www-Authenticate: (.*)$/gm)].map(([, challenge]) => challenge);
    const messages = stdout.match(/^\{/gm)?.length;
    return refused(codeName(code / 8), error.message, decoded(error.details ?? [], folder), challenges, messages);
  };
}

function decoded(details, folder) {
  const set = fromBinary(FileDescriptorSetSchema, readFileSync(descriptorFiles(folder).at(-1)));
  const registry = createFileRegistry(set);
  return details.map(({ type, value }) => {
    const schema = registry.getMessage(type);
    const bytes = Buffer.from(value, 'base64');
    return { '@type': `type.googleapis.com/${type}`, ...toJson(schema, fromBinary(schema, bytes)) };
  });
}
