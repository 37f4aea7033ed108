// Connect over gRPC-Web: what a page in a browser does, here with Node's fetch. But for `settings` and `run` there is
// nothing of Node in this.
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { Api1 } from '../../gen/es/api1/v1/api1_pb.js';
import { Api2 } from '../../gen/es/api2/v1/api2_pb.js';
import { Api3 } from '../../gen/es/api3/v1/api3_pb.js';
import { ErrorInfoSchema, RetryInfoSchema } from '../../gen/es/google/rpc/error_details_pb.js';
import { parted, run, seconds, settings, type Refusal } from '../command.js';
import { followed, stream } from '../connect/events.js';
import { health } from '../connect/standard.js';
import { warnings } from '../connect/warnings.js';
import { closingFetch } from './fetch.js';

const { url, token, tokens } = settings();

// snippet: begin
const credentials: Interceptor = (next) => (request) => {
  if (token) request.header.set('authorization', `Bearer ${token}`);
  return next(request);
};
const transport = createGrpcWebTransport({
  baseUrl: url.href,
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
    // In a page of another origin this is there because the server's CORS exposes it.
    challenges: parted(error.metadata.get('www-authenticate')),
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
    reflection: { cannotShow: "bidirectional streams are not gRPC-Web's" },
    stream: () => stream(transport),
    follow: () => followed((interceptors) => createGrpcWebTransport({ baseUrl: url.href, interceptors, fetch: closingFetch }), tokens),
  },
  refusal,
);
