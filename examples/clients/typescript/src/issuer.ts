// Access tokens for a machine, by the client credentials grant (RFC 6749 §4.4). In a page they come of a log-in.
import { Code, ConnectError } from '@connectrpc/connect';
import * as oidc from 'openid-client';
import { NoTokenError, type Fetched } from './tokens.js';

export interface Registration {
  issuer: URL;
  id: string;
  secret: string;
  // For issuers that want to be told: `audience`, `scope`.
  parameters: Record<string, string>;
}

// In seconds.
const TIMEOUT = 5;

export function clientCredentials({ issuer, id, secret, parameters }: Registration): () => Promise<Fetched> {
  // Whoever made the URL has seen to it that plain text goes to loopback alone.
  const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  const discover = () =>
    oidc.discovery(issuer, id, undefined, oidc.ClientSecretBasic(secret), { execute, timeout: TIMEOUT });
  let configuration: oidc.Configuration | undefined;
  return async () => {
    try {
      configuration ??= await discover();
      const { access_token, expires_in } = await oidc.clientCredentialsGrant(configuration, parameters);
      return { token: access_token, lifetime: expires_in };
    } catch (reason) {
      throw failure(reason);
    }
  };
}

// What the issuer refuses is not mended by another try; all else may be, and that it is asked too often (429) is.
function failure(reason: unknown): Error {
  if (reason instanceof oidc.WWWAuthenticateChallengeError) return new NoTokenError('The issuer does not accept the client');
  if (reason instanceof oidc.ResponseBodyError && reason.status < 500 && reason.status !== 429) {
    return new NoTokenError(`The issuer gives no token: ${reason.error_description ?? reason.error}`);
  }
  return new ConnectError(`The issuer gives no token now: ${(reason as Error).message}`, Code.Unavailable);
}
