// What the server tells the page of itself: /auth_config.json.

export interface Config {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly grpcUrl: string;
  /** The scopes that are asked for unless somebody chooses others. */
  readonly scopes: readonly string[];
  /** What the issuer writes before the names of the APIs' scopes, and is asked with; empty where it writes nothing. */
  readonly scopePrefix: string;
  /** Whether the issuer is the server's own, for development. */
  readonly development: boolean;
}

export class ConfigError extends Error {}

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/auth_config.json', { cache: 'no-store' }).catch(() => undefined);
  if (!response?.ok) throw new ConfigError('auth_config.json was not served');
  const value: unknown = await response.json().catch(() => undefined);
  return parseConfig(value);
}

export function parseConfig(value: unknown): Config {
  const members: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  return {
    issuer: url(members, 'issuer') && text(members, 'issuer'),
    clientId: text(members, 'clientId'),
    audience: text(members, 'audience'),
    grpcUrl: url(members, 'grpcUrl').href.replace(/\/$/, ''),
    scopes: texts(members, 'scopes'),
    scopePrefix: anyText(members, 'scopePrefix'),
    development: members.development === true,
  };
}

function url(members: Record<string, unknown>, name: string): URL {
  const address = parsed(text(members, name));
  if (!address || !['http:', 'https:'].includes(address.protocol)) throw new ConfigError(`${name} is no http(s) URL`);
  return address;
}

function parsed(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

function text(members: Record<string, unknown>, name: string): string {
  const value = anyText(members, name);
  if (value === '') throw new ConfigError(`${name} is empty`);
  return value;
}

function anyText(members: Record<string, unknown>, name: string): string {
  const value = members[name];
  if (typeof value !== 'string') throw new ConfigError(`${name} is missing`);
  return value;
}

function texts(members: Record<string, unknown>, name: string): string[] {
  const value = members[name];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new ConfigError(`${name} is no list of texts`);
  }
  return value;
}
