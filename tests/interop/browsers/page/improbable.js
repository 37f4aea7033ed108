// @improbable-eng/grpc-web's runtime. Its generated code is for google-protobuf's messages, so the method and its
// messages are described by hand over ours.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { grpc } from '@improbable-eng/grpc-web';
import { Streaming } from 'generated/streaming/v1/streaming_pb.js';
import { detailsOf } from './details.js';
import { answered, refused } from './seen.js';

export const improbable = {
  // Which has no option for a deadline: it is a header like any other.
  unary({ address: host, service, descriptor, deadline, headers }) {
    const metadata = deadline === undefined ? headers : { ...headers, 'grpc-timeout': `${deadline}m` };
    return new Promise((resolve) => {
      grpc.unary(described(service, descriptor), {
        host,
        metadata,
        request: message(descriptor.input),
        onEnd: ({ status, statusMessage, message: answer, trailers }) =>
          resolve(
            status === grpc.Code.OK
              ? answered(answer, trailers.get('sekisho-would-deny'))
              : seen(status, statusMessage, trailers),
          ),
      });
    });
  },

  stream({ address: host, text, headers: metadata }, onMessage) {
    const { serverStream } = Streaming.method;
    return new Promise((resolve) => {
      grpc.invoke(described(Streaming, serverStream), {
        host,
        metadata,
        request: message(serverStream.input, { text }),
        onMessage: (item) => onMessage(item.text),
        onEnd: (code, detail, trailers) => resolve(code === grpc.Code.OK ? {} : seen(code, detail, trailers)),
      });
    });
  },
};

function described(service, { name, methodKind, input, output }) {
  return {
    methodName: name,
    service: { serviceName: service.typeName },
    requestStream: false,
    responseStream: methodKind === 'server_streaming',
    requestType: input,
    responseType: { deserializeBinary: (bytes) => fromBinary(output, bytes) },
  };
}

function message(schema, fields) {
  const bytes = toBinary(schema, create(schema, fields));
  return { serializeBinary: () => bytes };
}

function seen(code, detail, trailers) {
  const [encoded] = trailers.get('grpc-status-details-bin');
  return refused({ code, message: detail, challenges: trailers.get('www-authenticate'), ...detailsOf(encoded) });
}
