package issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.configuration.WebSecurityCustomizer;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/** Spring Authorization Server as Spring Boot sets it up, with the API's audience and keys that can be rotated. */
@SpringBootApplication
public class Issuer {
  /** Newest first. */
  private final List<JWK> keys = new CopyOnWriteArrayList<>(List.of(newKey()));

  public static void main(String[] args) {
    SpringApplication.run(Issuer.class, args);
  }

  /** As Spring's own guide makes it: a key id, and neither use nor algorithm. */
  private static JWK newKey() {
    try {
      return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Bean
  JWKSource<SecurityContext> jwkSource() {
    return (selector, context) -> selector.select(new JWKSet(keys));
  }

  /** Of two keys that fit, the encoder takes neither unless it is told which. */
  @Bean
  JwtEncoder jwtEncoder(JWKSource<SecurityContext> source) {
    var encoder = new NimbusJwtEncoder(source);
    encoder.setJwkSelector(found -> found.get(0));
    return encoder;
  }

  /** Spring's own audience is the client; that of the client "m2m-plain" is left so. */
  @Bean
  OAuth2TokenCustomizer<JwtEncodingContext> audience() {
    return context -> {
      var isAccessToken = context.getTokenType().equals(OAuth2TokenType.ACCESS_TOKEN);
      if (isAccessToken && !context.getRegisteredClient().getClientId().equals("m2m-plain")) {
        context.getClaims().audience(List.of("auth0-multiple-api"));
      }
    };
  }

  /** POST /test/rotate: a new key signs from now on. POST /test/retire: all others are gone. */
  @Bean
  ServletRegistrationBean<HttpServlet> test() {
    return new ServletRegistrationBean<>(new HttpServlet() {
      @Override
      protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (request.getRequestURI()) {
          case "/test/rotate" -> keys.add(0, newKey());
          case "/test/retire" -> keys.retainAll(keys.subList(0, 1));
          default -> response.sendError(404);
        }
      }
    }, "/test/*");
  }

  @Bean
  WebSecurityCustomizer testIsOpen() {
    return web -> web.ignoring().requestMatchers("/test/*");
  }
}
