// What runs in the browser. `call`, `stream` and `lastingStream` make one call with one client and tell what its caller
// gets to see; the driver asks for it from outside, and judges.
import { Api1 } from 'generated/api1/v1/api1_pb.js';
import { Api2 } from 'generated/api2/v1/api2_pb.js';
import { Api3 } from 'generated/api3/v1/api3_pb.js';
import { connectWeb, open } from './connect-web.js';
import { followed } from './follow.js';
import { grpcWeb } from './grpc-web.js';
import { improbable } from './improbable.js';
import { kinds } from './kinds.js';
import { protobufTs } from './protobuf-ts.js';
import { tonic } from './tonic.js';

const clients = {
  'connect-web': connectWeb,
  'grpc-web binary': grpcWeb('binary'),
  'grpc-web text': grpcWeb('text'),
  improbable,
  'protobuf-ts binary': protobufTs('binary'),
  'protobuf-ts text': protobufTs('text'),
  tonic,
};

const services = { api1: Api1, api2: Api2, api3: Api3 };

// `deadline` is in milliseconds from now. The clients know a method by its descriptor; one that the server does
// not know is GetStatus by another name.
globalThis.call = ({ client, api, method, ...call }) => {
  const service = services[api];
  return clients[client].unary({ ...call, service, descriptor: { ...service.method.getStatus, name: method } });
};

// The server holds back what follows the first message until it is told to go on: it is told once the client has
// shown the message, or once it has not for `patience` milliseconds.
globalThis.stream = async ({ client, address, patience, ...call }) => {
  const messages = [];
  let opened;
  let shown = 'none';
  const goOn = () => (opened ??= open(address));
  const late = setTimeout(goOn, patience);
  const end = await clients[client].stream({ ...call, address }, (text) => {
    if (messages.push(text) === 1) {
      shown = opened === undefined ? 'while it was open' : 'at its end';
      goOn();
    }
  });
  clearTimeout(late);
  await opened;
  return { messages, shown, ...end };
};

// One that nobody tells to go on: it lasts until the server ends it.
globalThis.lastingStream = async ({ client, ...call }) => {
  const messages = [];
  const end = await clients[client].stream(call, (text) => messages.push(text));
  return { messages, ...end };
};

globalThis.follow = followed;

globalThis.kinds = kinds;
