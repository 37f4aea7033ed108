// protobuf-ts, with the clients and messages that its plugin generates.
import { GrpcStatusCode, GrpcWebFetchTransport } from '@protobuf-ts/grpcweb-transport';
import { base64decode } from '@protobuf-ts/runtime';
import { Api1Client } from 'generated/api1/v1/api1.client.ts';
import { Api2Client } from 'generated/api2/v1/api2.client.ts';
import { Api3Client } from 'generated/api3/v1/api3.client.ts';
import { Any } from 'generated/google/protobuf/any.ts';
import { ErrorInfo, RetryInfo } from 'generated/google/rpc/error_details.ts';
import { Status } from 'generated/google/rpc/status.ts';
import { StreamingClient } from 'generated/streaming/v1/streaming.client.ts';
import { answered, refused } from './seen.js';

const clients = { 'api1.v1.Api1': Api1Client, 'api2.v1.Api2': Api2Client, 'api3.v1.Api3': Api3Client };

export const protobufTs = (format) => ({
  async unary({ address, service, descriptor, deadline, headers }) {
    const client = new clients[service.typeName](new GrpcWebFetchTransport({ baseUrl: address, format }));
    client.methods = client.methods.map((method) => ({ ...method, name: descriptor.name }));
    try {
      const { response, trailers } = await client.getStatus({}, { meta: headers, timeout: deadline });
      return answered(response, trailers['sekisho-would-deny']);
    } catch (error) {
      return seen(error);
    }
  },

  async stream({ address, text, headers }, onMessage) {
    const client = new StreamingClient(new GrpcWebFetchTransport({ baseUrl: address, format }));
    try {
      const call = client.serverStream({ text, payload: new Uint8Array() }, { meta: headers });
      for await (const item of call.responses) onMessage(item.text);
      await call;
      return {};
    } catch (error) {
      return seen(error);
    }
  },
});

function seen({ code, message, meta }) {
  const encoded = meta['grpc-status-details-bin'];
  const details = encoded === undefined ? [] : Status.fromBinary(base64decode(encoded)).details;
  const ofType = (type) => details.filter((any) => Any.contains(any, type)).map((any) => Any.unpack(any, type));
  return refused({
    code: GrpcStatusCode[code],
    message,
    challenges: meta['www-authenticate'],
    errorInfo: ofType(ErrorInfo),
    retryInfo: ofType(RetryInfo),
  });
}
