// @connectrpc/connect-web, by its gRPC-Web transport.
import { ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { ErrorInfoSchema, RetryInfoSchema } from 'generated/google/rpc/error_details_pb.js';
import { Streaming } from 'generated/streaming/v1/streaming_pb.js';
import { answered, refused } from './seen.js';

export const connectWeb = {
  async unary({ address, service, descriptor, deadline, headers }) {
    const client = createClient({ ...service, methods: [descriptor] }, createGrpcWebTransport({ baseUrl: address }));
    let trailers;
    const onTrailer = (metadata) => (trailers = metadata);
    try {
      const message = await client.getStatus({}, { headers, timeoutMs: deadline, onTrailer });
      return answered(message, trailers.get('sekisho-would-deny'));
    } catch (reason) {
      return seen(reason);
    }
  },

  async stream({ address, text, headers }, onMessage) {
    try {
      for await (const item of streaming(address).serverStream({ text }, { headers })) onMessage(item.text);
      return {};
    } catch (reason) {
      return seen(reason);
    }
  },
};

// Lets the stream go on that waits.
export async function open(address) {
  await streaming(address).open({});
}

function streaming(address) {
  return createClient(Streaming, createGrpcWebTransport({ baseUrl: address }));
}

function seen(reason) {
  const error = ConnectError.from(reason);
  return refused({
    code: error.code,
    message: error.rawMessage,
    challenges: error.metadata.get('www-authenticate'),
    errorInfo: error.findDetails(ErrorInfoSchema),
    retryInfo: error.findDetails(RetryInfoSchema),
  });
}
