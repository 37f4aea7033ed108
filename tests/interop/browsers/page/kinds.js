// Calls of methods that only report, and of optional ones, by connect-web.
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { ErrorInfoSchema } from 'generated/google/rpc/error_details_pb.js';
import { Kinds } from 'generated/kinds/v1/kinds_pb.js';
import { seen } from '../../reports/connect.mjs';

export function kinds({ address, ...call }) {
  return seen({ Kinds, ErrorInfoSchema }, createGrpcWebTransport({ baseUrl: address }), call);
}
