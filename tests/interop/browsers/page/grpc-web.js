// grpc-web's runtime. Its generated code is for google-protobuf's messages, so the method is described by hand
// over ours.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Streaming } from 'generated/streaming/v1/streaming_pb.js';
import { GrpcWebClientBase, MethodDescriptor, MethodType } from 'grpc-web';
import { detailsOf } from './details.js';
import { answered, refused } from './seen.js';

export const grpcWeb = (format) => ({
  async unary({ address, service, descriptor, deadline, headers }) {
    const path = `/${service.typeName}/${descriptor.name}`;
    const client = new GrpcWebClientBase({ format });
    const metadata = deadline === undefined ? headers : { ...headers, deadline: String(Date.now() + deadline) };
    const method = described(path, MethodType.UNARY, descriptor);
    return new Promise((resolve) => {
      let trailers = {};
      const call = client.rpcCall(address + path, create(descriptor.input), metadata, method, (error, message) =>
        resolve(error ? seen(error) : answered(message, trailers['sekisho-would-deny'])),
      );
      // It comes before the message is handed over.
      call.on('status', (status) => (trailers = status.metadata ?? {}));
    });
  },

  stream({ address, text, headers }, onMessage) {
    const { serverStream } = Streaming.method;
    const path = `/${Streaming.typeName}/${serverStream.name}`;
    const method = described(path, MethodType.SERVER_STREAMING, serverStream);
    const request = create(serverStream.input, { text });
    const call = new GrpcWebClientBase({ format }).serverStreaming(address + path, request, headers, method);
    return new Promise((resolve) => {
      call.on('data', (item) => onMessage(item.text));
      call.on('error', (error) => resolve(seen(error)));
      call.on('end', () => resolve({}));
    });
  },
});

function described(path, type, { input, output }) {
  return new MethodDescriptor(
    path,
    type,
    Object,
    Object,
    (message) => toBinary(input, message),
    (bytes) => fromBinary(output, bytes),
  );
}

function seen({ code, message, metadata }) {
  const details = detailsOf(metadata['grpc-status-details-bin']);
  return refused({ code, message, challenges: metadata['www-authenticate'], ...details });
}
