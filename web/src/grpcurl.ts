// The command that makes the same call from a shell, with $TOKEN where the token goes.

const PLAIN = /^[\w.:/[\]-]+$/;

export function grpcurlCommand(grpcUrl: string, path: string): string {
  const { protocol, hostname, port } = new URL(grpcUrl);
  const secure = protocol === 'https:';
  const address = `${hostname}:${port || (secure ? 443 : 80)}`;
  const flags = secure ? [] : ['-plaintext'];
  return ['grpcurl', ...flags, '-H "authorization: Bearer $TOKEN"', quoted(address), quoted(path)].join(' ');
}

// Brackets are a pattern to a shell, where a file happens to fit it.
function quoted(word: string): string {
  return PLAIN.test(word) && !word.includes('[') ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
