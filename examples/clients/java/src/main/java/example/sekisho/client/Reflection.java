package example.sekisho.client;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServiceResponse;
import java.util.stream.Collectors;

/** Which services there are. */
final class Reflection {
  private Reflection() {}

  static String services(Channel channel) throws StatusException, InterruptedException {
    var call =
        ServerReflectionGrpc.newBlockingV2Stub(channel)
            .withDeadlineAfter(10, SECONDS)
            .serverReflectionInfo();
    call.write(ServerReflectionRequest.newBuilder().setListServices("").build());
    call.halfClose();
    var answer = call.read();
    if (answer == null) {
      throw Status.INTERNAL.withDescription("The stream ended without an answer").asException();
    }
    if (answer.hasErrorResponse()) {
      var fault = answer.getErrorResponse();
      throw Status.fromCodeValue(fault.getErrorCode())
          .withDescription(fault.getErrorMessage())
          .asException();
    }
    return answer.getListServicesResponse().getServiceList().stream()
        .map(ServiceResponse::getName)
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
