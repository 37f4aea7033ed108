// What every gRPC server may offer besides its own services: its health, and what it serves.
import { Metadata, type CallOptions, type ChannelCredentials } from '@grpc/grpc-js';
import { HealthClient, HealthCheckResponse_ServingStatus, type HealthCheckResponse } from '../../gen/grpc-js/grpc/health/v1/health.js';
import { ServerReflectionClient, type ServerReflectionResponse } from '../../gen/grpc-js/grpc/reflection/v1/reflection.js';
import { answer } from './answer.js';

export async function health(target: string, channel: ChannelCredentials, options: CallOptions): Promise<string> {
  const client = new HealthClient(target, channel);
  const { status } = await answer<HealthCheckResponse>((done) => client.check({ service: '' }, new Metadata(), options, done));
  return HealthCheckResponse_ServingStatus[status];
}

export async function reflection(target: string, channel: ChannelCredentials, options: CallOptions): Promise<string> {
  const stream = new ServerReflectionClient(target, channel).serverReflectionInfo(new Metadata(), options);
  stream.end({ messageRequest: { $case: 'listServices', value: '' } });
  const answers: AsyncIterable<ServerReflectionResponse> = stream;
  const names: string[] = [];
  for await (const { messageResponse } of answers) {
    if (messageResponse?.$case === 'listServicesResponse') {
      names.push(...messageResponse.value.service.map(({ name }) => name));
    }
  }
  return names.sort().join(' ');
}
