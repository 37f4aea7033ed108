// Calls a method over gRPC-Web, and tells what came of it.
import { create, toJsonString } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import type { Api } from './apis';
import { answerOf, type Outcome, refusalOf } from './outcome';

export type Call = (api: Api, accessToken: string) => Promise<Outcome>;

const TIMEOUT_MS = 10_000;

export function caller(grpcUrl: string): Call {
  const transport = createGrpcWebTransport({ baseUrl: grpcUrl });
  return (api, accessToken) => call(transport, api, accessToken);
}

async function call(transport: Transport, { method }: Api, accessToken: string): Promise<Outcome> {
  const headers = { authorization: `Bearer ${accessToken}` };
  try {
    const { message, header, trailer } = await transport.unary(method, undefined, TIMEOUT_MS, headers, create(method.input));
    return answerOf(toJsonString(method.output, message, { alwaysEmitImplicit: true }), header, trailer);
  } catch (error) {
    return refusalOf(error);
  }
}
