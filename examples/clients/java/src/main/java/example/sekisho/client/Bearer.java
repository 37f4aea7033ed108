package example.sekisho.client;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import java.util.concurrent.Executor;

/**
 * An access token that is sent with each call.
 *
 * <p>Also in plain text, as on loopback: unlike gRPC in other languages, grpc-java lets call
 * credentials pass on any channel. Where the server is elsewhere, refuse with {@code applier.fail}
 * unless {@code call.getSecurityLevel()} is {@code PRIVACY_AND_INTEGRITY}.
 */
final class Bearer extends CallCredentials {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String token;

  Bearer(String token) {
    this.token = token;
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    Metadata headers = new Metadata();
    if (!token.isEmpty()) {
      headers.put(AUTHORIZATION, "Bearer " + token);
    }
    applier.apply(headers);
  }
}
