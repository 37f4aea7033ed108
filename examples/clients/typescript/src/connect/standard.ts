// What every gRPC server may offer besides its own services: its health, and what it serves.
import { createClient, type Transport } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus } from '../../gen/es/grpc/health/v1/health_pb.js';
import { ServerReflection } from '../../gen/es/grpc/reflection/v1/reflection_pb.js';

export async function health(transport: Transport): Promise<string> {
  const { status } = await createClient(Health, transport).check({});
  return HealthCheckResponse_ServingStatus[status];
}

export async function reflection(transport: Transport): Promise<string> {
  const answers = createClient(ServerReflection, transport).serverReflectionInfo(question());
  const names: string[] = [];
  // To its end: a stream that is left before keeps its deadline's timer, and the timer the process.
  for await (const { messageResponse } of answers) {
    if (messageResponse.case === 'listServicesResponse') {
      names.push(...messageResponse.value.service.map(({ name }) => name));
    }
  }
  return names.sort().join(' ');
}

async function* question() {
  yield { messageRequest: { case: 'listServices' as const, value: '' } };
}
