package example.sekisho.client;

import static java.util.concurrent.TimeUnit.SECONDS;

import example.sekisho.events.v1.EventsGrpc;
import example.sekisho.events.v1.FollowRequest;
import io.grpc.Channel;
import io.grpc.StatusException;

/** Events, until the server ends the stream, as it does when the token expires. */
final class Stream {
  private Stream() {}

  static String events(Channel channel) throws StatusException, InterruptedException {
    var call =
        EventsGrpc.newBlockingV2Stub(channel)
            .withDeadlineAfter(10, SECONDS)
            .follow(FollowRequest.getDefaultInstance());
    while (call.hasNext()) {
      var event = call.read();
      System.out.printf("%d: %s%n", event.getNumber(), event.getText());
    }
    return "no more events";
  }
}
