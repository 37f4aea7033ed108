// Connect over gRPC: HTTP/2, by Node's own implementation.
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Api1 } from '../../gen/es/api1/v1/api1_pb.js';
import { Api2 } from '../../gen/es/api2/v1/api2_pb.js';
import { Api3 } from '../../gen/es/api3/v1/api3_pb.js';
import { ErrorInfoSchema, RetryInfoSchema } from '../../gen/es/google/rpc/error_details_pb.js';
import { parted, run, seconds, settings, type Refusal } from '../command.js';
import { followed, stream } from './events.js';
import { health, reflection } from './standard.js';
import { warnings } from './warnings.js';

const { url, ca, token, tokens } = settings();

// snippet: begin
const credentials: Interceptor = (next) => (request) => {
  // Over http:// too, and nothing warns: check, as `settings` does, that it is loopback alone.
  if (token) request.header.set('authorization', `Bearer ${token}`);
  return next(request);
};
const transport = createGrpcTransport({
  baseUrl: url.href,
  nodeOptions: { ca },
  interceptors: [credentials, warnings],
  defaultTimeoutMs: 10_000,
});

async function getStatus(api: typeof Api1 | typeof Api2 | typeof Api3): Promise<string> {
  const { name, ok } = await createClient(api, transport).getStatus({});
  return `name=${name} ok=${ok}`;
}

function refusal(reason: unknown): Refusal {
  const error = ConnectError.from(reason);
  return {
    code: Code[error.code],
    message: error.rawMessage, // `message` has the code in front
    info: error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === 'sekisho'),
    challenges: parted(error.metadata.get('www-authenticate')), // of headers and trailers
    retryAfter: seconds(error.findDetails(RetryInfoSchema)[0]?.retryDelay),
  };
}
// snippet: end

await run(
  {
    api1: () => getStatus(Api1),
    api2: () => getStatus(Api2),
    api3: () => getStatus(Api3),
    health: () => health(transport),
    reflection: () => reflection(transport),
    stream: () => stream(transport),
    follow: () => followed((interceptors) => createGrpcTransport({ baseUrl: url.href, nodeOptions: { ca }, interceptors }), tokens),
  },
  refusal,
);
