// What the three programs share: what they are asked for, and what they print.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TokenSource } from './follow.js';
import { clientCredentials } from './issuer.js';
import { Tokens } from './tokens.js';

export interface Refusal {
  code: string;
  message: string;
  // google.rpc.ErrorInfo of the domain `sekisho`.
  info: { reason: string; metadata: Record<string, string> } | undefined;
  // Of `www-authenticate` (RFC 6750).
  challenges: string[];
  // Of google.rpc.RetryInfo, in seconds.
  retryAfter: number | undefined;
}

// Makes a call and tells what was answered; or why there is none to make.
export type Call = (() => Promise<string>) | { cannotShow: string };

export type Calls = Record<'api1' | 'api2' | 'api3' | 'health' | 'reflection' | 'stream' | 'follow', Call>;

export function settings() {
  const { SEKISHO_URL, SEKISHO_CA_FILE, TOKEN } = process.env;
  // What cannot stand in a header, like the line break of a file, libraries would show in their errors.
  if (TOKEN && /[^ -~]/.test(TOKEN)) wrongCall('TOKEN has a character that no token has');
  return {
    url: confidential('SEKISHO_URL', SEKISHO_URL || 'http://127.0.0.1:50051'),
    ca: SEKISHO_CA_FILE ? certificates(SEKISHO_CA_FILE) : undefined,
    token: TOKEN || undefined,
    tokens: tokens(TOKEN),
  };
}

// For calls that outlive a token: that of TOKEN, or those that an issuer gives.
function tokens(token: string | undefined): TokenSource {
  if (token) return async () => token;
  const { SEKISHO_TOKEN_CLIENT_ID: id, SEKISHO_TOKEN_CLIENT_SECRET: secret, SEKISHO_ISSUER: issuer } = process.env;
  if (!id) return async () => wrongCall('It wants TOKEN, or SEKISHO_TOKEN_CLIENT_ID');
  if (!secret || !issuer) return wrongCall('SEKISHO_TOKEN_CLIENT_ID wants SEKISHO_TOKEN_CLIENT_SECRET and SEKISHO_ISSUER');
  const { SEKISHO_AUDIENCE: audience, SEKISHO_SCOPE: scope } = process.env;
  const parameters = { ...(audience && { audience }), ...(scope && { scope }) };
  const kept = new Tokens(clientCredentials({ issuer: confidential('SEKISHO_ISSUER', issuer), id, secret, parameters }));
  return (spent) => kept.get(spent);
}

// A token in plain text is anyone's on the way: that is for loopback alone.
function confidential(name: string, text: string): URL {
  if (!URL.canParse(text)) wrongCall(`${name}=http[s]://HOST:PORT`);
  const url = new URL(text);
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return url;
  return wrongCall(`${name} is neither https, nor http on loopback`);
}

function certificates(file: string): Buffer {
  try {
    const pem = readFileSync(file);
    // TLS takes what is no certificate for none.
    new X509Certificate(pem);
    return pem;
  } catch (error) {
    return wrongCall(`SEKISHO_CA_FILE: ${(error as Error).message}`);
  }
}

function wrongCall(fault: string): never {
  console.error(fault);
  process.exit(2);
}

// Several `www-authenticate` come as one text, joined by commas; and commas part a challenge's parameters.
export function parted(challenges: string | null | undefined): string[] {
  return challenges ? challenges.split(/, (?=Bearer\b)/) : [];
}

export function seconds(duration: { seconds: bigint | number; nanos: number } | undefined): number | undefined {
  return duration && Number(duration.seconds) + duration.nanos / 1e9;
}

// The calls that the command line names, one after the other. `refusal` reads what a call has thrown.
export async function run(calls: Calls, refusal: (error: unknown) => Refusal): Promise<void> {
  const named = process.argv.slice(2);
  const asked = named.length > 0 ? named : ['api1', 'api2', 'api3'];
  if (!asked.every((name): name is keyof Calls => Object.hasOwn(calls, name))) {
    wrongCall(`usage: client [${Object.keys(calls).join('|')}]…`);
  }
  for (const name of asked) {
    const call = calls[name];
    if (typeof call !== 'function') {
      console.log(`${name}: CANNOT SHOW ${call.cannotShow}`);
      continue;
    }
    try {
      console.log(`${name}: OK ${await call()}`);
    } catch (error) {
      show(name, refusal(error));
      process.exitCode = 1;
    }
  }
}

// As gRPC writes it; Connect's names are like PermissionDenied.
export function codeName(code: string | undefined): string {
  return (code ?? '').replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
}

function show(name: string, { code, message, info, challenges, retryAfter }: Refusal): void {
  console.log(`${name}: ${codeName(code)} ${message}`);
  const { requiredScopes, missingScopes } = info?.metadata ?? {};
  if (info) console.log(`  reason: ${info.reason}`);
  if (requiredScopes) console.log(`  required: ${requiredScopes}`);
  if (missingScopes) console.log(`  missing: ${missingScopes}`);
  for (const challenge of challenges) console.log(`  challenge: ${challenge}`);
  if (retryAfter !== undefined) console.log(`  retry after: ${retryAfter}s`);
}
