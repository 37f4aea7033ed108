package example.sekisho.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** Tells of each call that would be refused if the rule of its method were enforced. */
final class Warnings implements ClientInterceptor {
  private static final Metadata.Key<String> WOULD_DENY =
      Metadata.Key.of("sekisho-would-deny", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> answers, Metadata headers) {
        super.start(warning(method, answers), headers);
      }
    };
  }

  private static <A> ClientCall.Listener<A> warning(
      MethodDescriptor<?, A> method, ClientCall.Listener<A> answers) {
    return new SimpleForwardingClientCallListener<>(answers) {
      @Override
      public void onClose(Status status, Metadata trailers) {
        String reason = trailers.get(WOULD_DENY);
        if (reason != null) {
          System.err.printf(
              "warning: /%s would be refused: %s%n", method.getFullMethodName(), reason);
        }
        super.onClose(status, trailers);
      }
    };
  }
}
