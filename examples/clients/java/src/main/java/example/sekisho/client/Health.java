package example.sekisho.client;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;

/** How the server as a whole is. */
final class Health {
  private Health() {}

  static String check(Channel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, SECONDS)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus()
        .name();
  }
}
