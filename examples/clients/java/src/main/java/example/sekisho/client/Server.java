package example.sekisho.client;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.net.URI;

/** What {@code SEKISHO_URL} names: where the server is, and whether TLS is spoken there. */
record Server(String host, int port, ChannelCredentials transport) {
  static Server fromEnvironment() throws IOException {
    URI url = URI.create(variable("SEKISHO_URL", "http://127.0.0.1:50051"));
    if ("http".equals(url.getScheme()) && url.getHost() != null) {
      return new Server(url.getHost(), port(url, 80), InsecureChannelCredentials.create());
    }
    if ("https".equals(url.getScheme()) && url.getHost() != null) {
      return new Server(url.getHost(), port(url, 443), tls(variable("SEKISHO_CA_FILE", "")));
    }
    throw new IllegalArgumentException("SEKISHO_URL is neither http:// nor https://: " + url);
  }

  /** The value of a variable. One that is empty is not set. */
  static String variable(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  private static int port(URI url, int usual) {
    return url.getPort() == -1 ? usual : url.getPort();
  }

  /** Trusts the roots in the file, or the usual ones where none is named. */
  private static ChannelCredentials tls(String roots) throws IOException {
    return roots.isEmpty()
        ? TlsChannelCredentials.create()
        : TlsChannelCredentials.newBuilder().trustManager(new File(roots)).build();
  }
}
