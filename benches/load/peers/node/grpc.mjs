// grpc-js with the same method, and nothing before it. usage: node grpc.mjs PORT
import { Server, ServerCredentials } from '@grpc/grpc-js';

// The message `{ name: "api1", ok: true }`, as a generated codec would write it at each call.
const encode = ({ name, ok }) =>
  Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name), Buffer.from(ok ? [0x10, 1] : [])]);

const service = {
  GetStatus: {
    path: '/api1.v1.Api1/GetStatus',
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: () => ({}),
    responseSerialize: encode,
    responseDeserialize: (bytes) => bytes,
  },
};

const server = new Server();
server.addService(service, { GetStatus: (_call, answer) => answer(null, { name: 'api1', ok: true }) });
server.bindAsync(`127.0.0.1:${process.argv[2]}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
