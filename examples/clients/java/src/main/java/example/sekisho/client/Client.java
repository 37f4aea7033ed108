package example.sekisho.client;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import example.sekisho.api1.v1.Api1Grpc;
import example.sekisho.api1.v1.GetStatusRequest;
import example.sekisho.api2.v1.Api2Grpc;
import example.sekisho.api3.v1.Api3Grpc;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.CompositeChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Calls the three APIs with one access token, and shows what a refused caller gets to see. */
public final class Client {
  private static final Map<String, Call> CALLS =
      Map.of(
          "api1", Client::api1,
          "api2", Client::api2,
          "api3", Client::api3,
          "health", Health::check,
          "reflection", Reflection::services,
          "stream", Stream::events);

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> CHALLENGE =
      Metadata.Key.of("www-authenticate", Metadata.ASCII_STRING_MARSHALLER);

  /** Returns what to print of the answer. */
  private interface Call {
    String make(Channel channel) throws StatusException, InterruptedException;
  }

  public static void main(String[] args) throws Exception {
    System.exit(run(args.length == 0 ? List.of("api1", "api2", "api3") : List.of(args)));
  }

  /** Makes the calls that are named, and returns the exit code. */
  private static int run(List<String> names) throws Exception {
    if (!CALLS.keySet().containsAll(names)) {
      return misused("usage: client [api1|api2|api3|health|reflection|stream]...");
    }
    ManagedChannel channel;
    try {
      channel = connect(Server.fromEnvironment(), Server.token());
    } catch (IllegalArgumentException e) {
      return misused(e.getMessage());
    }
    try {
      int exit = 0;
      for (String name : names) {
        if (!succeeds(channel, name)) {
          exit = 1;
        }
      }
      return exit;
    } finally {
      channel.shutdown().awaitTermination(1, SECONDS);
    }
  }

  private static int misused(String why) {
    System.err.println(why);
    return 2;
  }

  /** Makes one call, and prints what came of it. */
  private static boolean succeeds(Channel channel, String name) throws Exception {
    try {
      System.out.printf("%s: OK %s%n", name, CALLS.get(name).make(channel));
      return true;
    } catch (StatusException | StatusRuntimeException refusal) {
      Status status = Status.fromThrowable(refusal);
      String message = Objects.requireNonNullElse(status.getDescription(), "");
      System.out.printf("%s: %s %s%n", name, status.getCode(), message);
      printDetails(refusal);
      return false;
    }
  }

  // snippet: begin
  /** Passes in plain text too: it is for {@link Server} to let none pass but to loopback. */
  private static CallCredentials bearer(String token) {
    return new CallCredentials() {
      @Override
      public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier to) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token);
        to.apply(headers);
      }
    };
  }

  private static ManagedChannel connect(Server server, String token) {
    var transport = server.transport();
    var credentials =
        token.isEmpty() ? transport : CompositeChannelCredentials.create(transport, bearer(token));
    return Grpc.newChannelBuilderForAddress(server.host(), server.port(), credentials)
        .intercept(new Warnings())
        .build();
  }

  private static String api1(Channel channel) {
    var api1 = Api1Grpc.newBlockingStub(channel).withDeadlineAfter(10, SECONDS);
    var answer = api1.getStatus(GetStatusRequest.getDefaultInstance());
    return "name=" + answer.getName() + " ok=" + answer.getOk();
  }

  private static void printDetails(Exception refusal) throws InvalidProtocolBufferException {
    for (ErrorInfo info : details(refusal, ErrorInfo.class)) {
      if (info.getDomain().equals("sekisho")) {
        show("reason", info.getReason());
        show("required", info.getMetadataMap().get("requiredScopes"));
        show("missing", info.getMetadataMap().get("missingScopes"));
      }
    }
    challenges(Status.trailersFromThrowable(refusal)).forEach(value -> show("challenge", value));
    for (RetryInfo retry : details(refusal, RetryInfo.class)) {
      show("retry after", seconds(retry.getRetryDelay()));
    }
  }
  // snippet: end

  private static String api2(Channel channel) {
    var api2 = Api2Grpc.newBlockingStub(channel).withDeadlineAfter(10, SECONDS);
    var answer = api2.getStatus(example.sekisho.api2.v1.GetStatusRequest.getDefaultInstance());
    return "name=" + answer.getName() + " ok=" + answer.getOk();
  }

  private static String api3(Channel channel) {
    var api3 = Api3Grpc.newBlockingStub(channel).withDeadlineAfter(10, SECONDS);
    var answer = api3.getStatus(example.sekisho.api3.v1.GetStatusRequest.getDefaultInstance());
    return "name=" + answer.getName() + " ok=" + answer.getOk();
  }

  /** Trailers may be null, and so is getAll where there is no such entry. */
  private static Iterable<String> challenges(Metadata trailers) {
    return trailers != null && trailers.containsKey(CHALLENGE)
        ? trailers.getAll(CHALLENGE)
        : List.of();
  }

  /** Of all details those of one kind, which come as {@link Any}. */
  private static <T extends Message> List<T> details(Exception refusal, Class<T> kind)
      throws InvalidProtocolBufferException {
    List<T> found = new ArrayList<>();
    for (Any detail : StatusProto.fromThrowable(refusal).getDetailsList()) {
      if (detail.is(kind)) {
        found.add(detail.unpack(kind));
      }
    }
    return found;
  }

  private static String seconds(com.google.protobuf.Duration delay) {
    var nanos = Duration.ofSeconds(delay.getSeconds(), delay.getNanos()).toNanos();
    return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString() + "s";
  }

  private static void show(String name, String value) {
    if (value != null && !value.isEmpty()) {
      System.out.printf("  %s: %s%n", name, value);
    }
  }
}
