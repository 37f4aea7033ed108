// @connectrpc/connect-web, by its gRPC-Web transport.
import { ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { ErrorInfoSchema, RetryInfoSchema } from 'generated/google/rpc/error_details_pb.js';
import { answered, refused } from './seen.js';

export async function callConnectWeb({ address, service, descriptor, deadline, headers }) {
  const transport = createGrpcWebTransport({ baseUrl: address });
  const client = createClient({ ...service, methods: [descriptor] }, transport);
  try {
    return answered(await client.getStatus({}, { headers, timeoutMs: deadline }));
  } catch (reason) {
    const error = ConnectError.from(reason);
    return refused({
      code: error.code,
      message: error.rawMessage,
      challenge: error.metadata.get('www-authenticate') ?? undefined,
      errorInfo: error.findDetails(ErrorInfoSchema),
      retryInfo: error.findDetails(RetryInfoSchema),
    });
  }
}
