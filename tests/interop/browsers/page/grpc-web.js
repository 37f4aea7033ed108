// grpc-web's runtime. Its generated code is for google-protobuf's messages, so the method is described by hand
// over ours; the details of an error are left to its caller to decode.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ErrorInfoSchema, RetryInfoSchema } from 'generated/google/rpc/error_details_pb.js';
import { StatusSchema } from 'generated/google/rpc/status_pb.js';
import { GrpcWebClientBase, MethodDescriptor, MethodType } from 'grpc-web';
import { answered, refused } from './seen.js';

export async function callGrpcWeb(format, { address, service, descriptor, deadline, headers }) {
  const path = `/${service.typeName}/${descriptor.name}`;
  const client = new GrpcWebClientBase({ format });
  const metadata = deadline === undefined ? headers : { ...headers, deadline: String(Date.now() + deadline) };
  const request = create(descriptor.input);
  try {
    return answered(await client.unaryCall(address + path, request, metadata, described(path, descriptor)));
  } catch (error) {
    const details = detailsOf(error);
    return refused({
      code: error.code,
      message: error.message,
      challenge: error.metadata['www-authenticate'],
      errorInfo: unpacked(details, ErrorInfoSchema),
      retryInfo: unpacked(details, RetryInfoSchema),
    });
  }
}

function described(path, { input, output }) {
  return new MethodDescriptor(
    path,
    MethodType.UNARY,
    Object,
    Object,
    (message) => toBinary(input, message),
    (bytes) => fromBinary(output, bytes),
  );
}

function detailsOf(error) {
  const encoded = error.metadata['grpc-status-details-bin'];
  return encoded === undefined ? [] : fromBinary(StatusSchema, base64Decode(encoded)).details;
}

function unpacked(details, schema) {
  return details.map((detail) => anyUnpack(detail, schema)).filter(Boolean);
}
