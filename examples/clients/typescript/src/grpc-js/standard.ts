// What every gRPC server may offer besides its own services: its health, and what it serves.
import { Metadata, type CallOptions } from '@grpc/grpc-js';
import { HealthClient, HealthCheckResponse_ServingStatus, type HealthCheckResponse } from '../../gen/grpc-js/grpc/health/v1/health.js';
import { ServerReflectionClient, type ServerReflectionResponse } from '../../gen/grpc-js/grpc/reflection/v1/reflection.js';
import { answer } from './answer.js';

export { HealthClient, ServerReflectionClient };

export async function health(client: HealthClient, options: CallOptions): Promise<string> {
  const { status } = await answer<HealthCheckResponse>((done) => client.check({ service: '' }, new Metadata(), options, done));
  return HealthCheckResponse_ServingStatus[status];
}

export async function reflection(client: ServerReflectionClient, options: CallOptions): Promise<string> {
  const stream = client.serverReflectionInfo(new Metadata(), options);
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
