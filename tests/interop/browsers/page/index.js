// What runs in the browser. `call` makes one call with one client and tells what its caller gets to see; the
// driver asks for it from outside, and judges.
import { Api1 } from 'generated/api1/v1/api1_pb.js';
import { Api2 } from 'generated/api2/v1/api2_pb.js';
import { Api3 } from 'generated/api3/v1/api3_pb.js';
import { callConnectWeb } from './connect-web.js';
import { callGrpcWeb } from './grpc-web.js';

const clients = {
  'connect-web': callConnectWeb,
  'grpc-web binary': (call) => callGrpcWeb('binary', call),
  'grpc-web text': (call) => callGrpcWeb('text', call),
};

const services = { api1: Api1, api2: Api2, api3: Api3 };

// `deadline` is in milliseconds from now. Both clients know a method by its descriptor; one that the server does
// not know is GetStatus by another name.
globalThis.call = ({ client, api, method, ...call }) => {
  const service = services[api];
  return clients[client]({ ...call, service, descriptor: { ...service.method.getStatus, name: method } });
};
