package example.sekisho.client;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/** What {@code SEKISHO_URL} names: where the server is, and whether TLS is spoken there. */
record Server(String host, int port, ChannelCredentials transport) {
  private static final String LOOPBACK = "localhost|127(\\.\\d{1,3}){3}|\\[::1]";

  static Server fromEnvironment() {
    URI url = URI.create(variable("SEKISHO_URL", "http://127.0.0.1:50051"));
    if ("http".equals(url.getScheme()) && url.getHost() != null) {
      // Unlike gRPC of other languages, that of Java lets call credentials pass in plain text to
      // anywhere, and whoever sees the token could use it.
      if (!url.getHost().matches(LOOPBACK)) {
        throw new IllegalArgumentException("No plain text but to loopback, use https: " + url);
      }
      return new Server(url.getHost(), port(url, 80), InsecureChannelCredentials.create());
    }
    if ("https".equals(url.getScheme()) && url.getHost() != null) {
      return new Server(url.getHost(), port(url, 443), tls(variable("SEKISHO_CA_FILE", "")));
    }
    throw new IllegalArgumentException("SEKISHO_URL is neither http:// nor https://: " + url);
  }

  /** An entry with control characters would be left out by gRPC, and logged as bytes. */
  static String token() {
    String token = variable("TOKEN", "");
    if (token.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("TOKEN contains control characters");
    }
    return token;
  }

  /** The value of a variable. One that is empty is not set. */
  private static String variable(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  private static int port(URI url, int usual) {
    return url.getPort() == -1 ? usual : url.getPort();
  }

  /** Trusts the roots in the file, or the usual ones where none is named. */
  private static ChannelCredentials tls(String roots) {
    if (roots.isEmpty()) {
      return TlsChannelCredentials.create();
    }
    try {
      var pem = new ByteArrayInputStream(Files.readAllBytes(Path.of(roots)));
      // Without a certificate it would be the first call that fails, as if there were no connection.
      if (CertificateFactory.getInstance("X.509").generateCertificates(pem).isEmpty()) {
        throw new CertificateException("No certificate data found");
      }
      pem.reset();
      return TlsChannelCredentials.newBuilder().trustManager(pem).build();
    } catch (IOException | CertificateException e) {
      throw new IllegalArgumentException("SEKISHO_CA_FILE: " + e, e);
    }
  }
}
