// grpc-js, with clients that ts-proto has generated.
import { Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { Api1Client, type GetStatusResponse } from '../../gen/grpc-js/api1/v1/api1.js';
import { Api2Client } from '../../gen/grpc-js/api2/v1/api2.js';
import { Api3Client } from '../../gen/grpc-js/api3/v1/api3.js';
import { ErrorInfo, RetryInfo } from '../../gen/grpc-js/google/rpc/error_details.js';
import { parted, run, seconds, settings, type Refusal } from '../command.js';
import { answer } from './answer.js';
import { detailsOf, unpack } from './details.js';
import { EventsClient, stream } from './events.js';
import { HealthClient, ServerReflectionClient, health, reflection } from './standard.js';
import { warnings } from './warnings.js';

const { url, ca, token } = settings();
const { protocol, hostname, port } = url;
const tls = protocol === 'https:';
// grpc-js takes no URL, and without a port means 443, whatever it speaks there.
const target = `${hostname}:${port || (tls ? 443 : 80)}`;

// snippet: begin
const bearer = credentials.createFromMetadataGenerator((_, done) => {
  const metadata = new Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  done(null, metadata);
});
// combineChannelCredentials throws on plain text, which is for loopback: there each call brings it.
const channel = tls
  ? credentials.combineChannelCredentials(credentials.createSsl(ca), bearer)
  : credentials.createInsecure();
const options = () => ({ deadline: Date.now() + 10_000, ...(tls ? {} : { credentials: bearer }) });

async function getStatus(client: Api1Client | Api2Client | Api3Client): Promise<string> {
  const { name, ok } = await answer<GetStatusResponse>((done) =>
    client.getStatus({}, new Metadata(), options(), done),
  );
  return `name=${name} ok=${ok}`;
}

function refusal(error: ServiceError): Refusal {
  const details = detailsOf(error);
  return {
    code: status[error.code],
    message: error.details, // `message` has the code in front
    info: unpack(details, 'ErrorInfo', ErrorInfo).find(({ domain }) => domain === 'sekisho'),
    challenges: error.metadata.get('www-authenticate').flatMap((text) => parted(String(text))),
    retryAfter: seconds(unpack(details, 'RetryInfo', RetryInfo)[0]?.retryDelay),
  };
}
// snippet: end

// A proxy of the environment would be taken to loopback as well, and see what goes there in plain text.
const behavior = { 'grpc.enable_http_proxy': tls ? 1 : 0, interceptors: [warnings] };
const server = [target, channel, behavior] as const;
const clients = {
  api1: new Api1Client(...server),
  api2: new Api2Client(...server),
  api3: new Api3Client(...server),
  health: new HealthClient(...server),
  reflection: new ServerReflectionClient(...server),
  events: new EventsClient(...server),
};
try {
  await run(
    {
      api1: () => getStatus(clients.api1),
      api2: () => getStatus(clients.api2),
      api3: () => getStatus(clients.api3),
      health: () => health(clients.health, options()),
      reflection: () => reflection(clients.reflection, options()),
      stream: () => stream(clients.events, options()),
      follow: { cannotShow: 'what outlives a token: that is written for Connect (src/follow.ts)' },
    },
    (error) => refusal(error as ServiceError),
  );
} finally {
  for (const client of Object.values(clients)) client.close();
}
