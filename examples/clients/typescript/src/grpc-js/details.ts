// grpc-js knows nothing of an error's details: they are one more entry of its metadata, a google.rpc.Status.
import type { ServiceError } from '@grpc/grpc-js';
import type { Any } from '../../gen/grpc-js/google/protobuf/any.js';
import type { MessageFns } from '../../gen/grpc-js/google/rpc/error_details.js';
import { Status } from '../../gen/grpc-js/google/rpc/status.js';

export function detailsOf(error: ServiceError): Any[] {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  return bytes instanceof Buffer ? Status.decode(bytes).details : [];
}

// Those details that are of a kind of google.rpc's.
export function unpack<T>(details: Any[], name: string, kind: MessageFns<T>): T[] {
  const ofKind = details.filter(({ typeUrl }) => typeUrl.endsWith(`/google.rpc.${name}`));
  return ofKind.map(({ value }) => kind.decode(value));
}
