// The issuer's answer in the page's address, after a log-in or instead of one.

/** What the address carries of an answer; nothing of the rest. */
export interface AuthorizationResponse {
  readonly url: string;
  readonly issuer: string | undefined;
}

const MARKS = ['code', 'error', 'state'];

export function responseIn(address: string): AuthorizationResponse | undefined {
  const { searchParams } = new URL(address);
  if (!MARKS.some((name) => searchParams.has(name))) return undefined;
  return { url: address, issuer: searchParams.get('iss') ?? undefined };
}

/** RFC 9207: an answer that names its issuer comes from that one, and one that says it always does, does. */
export function fromIssuer(response: AuthorizationResponse, issuer: string, alwaysNamed: boolean): boolean {
  return response.issuer === undefined ? !alwaysNamed : response.issuer === issuer;
}
