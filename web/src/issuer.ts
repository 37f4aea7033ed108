// The issuer as the page meets it: discovery, authorization code with PKCE, state and nonce, refresh, log-out.
import { OidcClient, type OidcMetadata, type SigninResponse, WebStorageStateStore } from 'oidc-client-ts';
import { type AuthorizationResponse, fromIssuer } from './callback';
import type { Config } from './config';
import { type LogOut, logOutBy } from './logout';
import { ProblemError } from './problem';
import { parseScopes, scopeParameter } from './scopes';
import type { Session } from './session';

const TIMEOUT_SECONDS = 10;

// Somebody waits for the log-out to go on.
const REVOCATION_MILLISECONDS = 3_000;

/** What is to be had again after the way to the issuer and back: where the person was. */
export interface Errand {
  readonly api?: string;
}

export class Issuer {
  readonly #client: OidcClient;

  constructor(
    private readonly config: Config,
    private readonly home: string,
    storage: Storage,
  ) {
    this.#client = new OidcClient({
      authority: config.issuer,
      client_id: config.clientId,
      redirect_uri: home,
      post_logout_redirect_uri: home,
      stateStore: new WebStorageStateStore({ store: storage }),
      requestTimeoutInSeconds: TIMEOUT_SECONDS,
      // Who issued the ID token and for whom is looked at below.
      filterProtocolClaims: false,
    });
  }

  /** Where to go to log in. */
  async logInUrl(scopes: readonly string[], errand: Errand): Promise<string> {
    if (!isSecureContext) throw new ProblemError({ kind: 'insecureContext' });
    const { scopes_supported: supported } = await this.#metadata();
    const request = await this.#client.createSigninRequest({
      scope: scopeParameter(scopes, supported),
      nonce: crypto.randomUUID(),
      state: errand,
      extraQueryParams: { audience: this.config.audience },
    });
    return request.url;
  }

  /** Takes the issuer's answer: one that this tab has asked for, once. */
  async finish(response: AuthorizationResponse): Promise<{ session: Session; errand: Errand }> {
    await this.#expect(response);
    const metadata = await this.#metadata();
    const alwaysNamed = metadata.authorization_response_iss_parameter_supported === true;
    if (!fromIssuer(response, metadata.issuer ?? this.config.issuer, alwaysNamed)) throw foreign();
    const answer = await this.#client.processSigninResponse(response.url);
    this.#checkIdToken(answer, metadata);
    return { session: this.#session(answer), errand: (answer.userState ?? {}) as Errand };
  }

  async renew(session: Session): Promise<Session> {
    await this.#metadata();
    const { refreshToken = '', idToken, subject, name, granted } = session;
    const state = {
      refresh_token: refreshToken,
      session_state: null,
      scope: granted.join(' '),
      profile: { sub: subject, iss: session.issuer, aud: session.clientId, exp: 0, iat: 0 },
      ...(idToken !== undefined && { id_token: idToken }),
    };
    const answer = await this.#client.useRefreshToken({ state, timeoutInSeconds: TIMEOUT_SECONDS });
    // Who does not rotate refresh tokens leaves the old one standing; the name was told at the log-in.
    return { refreshToken, ...this.#session(answer), subject, name };
  }

  async logOut(session: Session): Promise<LogOut> {
    const metadata = await this.#metadata();
    // Before the page is left for the issuer's, which would break it off.
    await this.giveBack(session);
    const kind = logOutBy(this.config.issuer, this.config.clientId, metadata.end_session_endpoint, this.home);
    if (kind.kind !== 'endSession') return kind;
    const hint = session.idToken === undefined ? {} : { id_token_hint: session.idToken };
    const request = await this.#client.createSignoutRequest({ client_id: this.config.clientId, ...hint });
    return { kind: 'redirect', url: request.url };
  }

  /** Revokes the refresh token (RFC 7009), which else outlives the log-out. Never fails: nobody stays logged in for it. */
  async giveBack({ refreshToken }: Session): Promise<void> {
    if (refreshToken === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, REVOCATION_MILLISECONDS)));
    await Promise.race([this.#revoke(refreshToken).catch(() => undefined), late]);
    clearTimeout(timer);
  }

  async #revoke(token: string): Promise<void> {
    await this.#metadata();
    const endpoint = await this.#client.metadataService.getRevocationEndpoint(true);
    if (endpoint !== undefined) await this.#client.revokeToken(token, 'refresh_token');
  }

  // RFC 8414, section 3.3: a document that names another issuer is not this one's.
  async #metadata(): Promise<Partial<Metadata>> {
    const metadata = await this.#client.metadataService.getMetadata();
    if (withoutSlash(metadata.issuer ?? '') !== withoutSlash(this.config.issuer)) {
      throw new ProblemError({ kind: 'issuerWrong' });
    }
    return metadata;
  }

  // Before anything is fetched: an answer that nobody asked for here makes no request.
  async #expect({ url }: AuthorizationResponse): Promise<void> {
    await this.#client.readSigninResponseState(url).catch(() => {
      throw foreign();
    });
  }

  // OpenID Connect Core, section 3.1.3.7; the token came from the issuer itself, so that TLS stands in for its signature.
  #checkIdToken({ profile }: SigninResponse, { issuer }: Partial<Metadata>): void {
    if (profile.iss !== issuer || ![profile.aud].flat().includes(this.config.clientId)) {
      throw new ProblemError({ kind: 'issuerWrong' });
    }
  }

  #session(answer: SigninResponse): Session {
    const { profile, refresh_token: refreshToken, id_token: idToken, expires_at: expiresAt } = answer;
    return {
      issuer: this.config.issuer,
      clientId: this.config.clientId,
      accessToken: answer.access_token,
      subject: profile.sub,
      name: profile.name ?? profile.preferred_username ?? profile.nickname ?? profile.email ?? profile.sub,
      granted: parseScopes(answer.scope),
      ...(refreshToken !== undefined && { refreshToken }),
      ...(idToken !== undefined && { idToken }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
  }
}

interface Metadata extends OidcMetadata {
  authorization_response_iss_parameter_supported?: boolean;
}

function foreign(): ProblemError {
  return new ProblemError({ kind: 'foreignResponse' });
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
