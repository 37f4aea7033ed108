// The details of a refusal, for clients that leave them to their caller to decode.
import { fromBinary } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ErrorInfoSchema, RetryInfoSchema } from 'generated/google/rpc/error_details_pb.js';
import { StatusSchema } from 'generated/google/rpc/status_pb.js';

// `encoded` is what stood in `grpc-status-details-bin`.
export function detailsOf(encoded) {
  const details = encoded === undefined ? [] : fromBinary(StatusSchema, base64Decode(encoded)).details;
  const ofType = (schema) => details.map((detail) => anyUnpack(detail, schema)).filter(Boolean);
  return { errorInfo: ofType(ErrorInfoSchema), retryInfo: ofType(RetryInfoSchema) };
}
