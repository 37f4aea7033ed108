import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grpcurlCommand } from '../src/grpcurl';

test('the command that makes the same call', () => {
  const header = '-H "authorization: Bearer $TOKEN"';
  const cases = [
    ['http://127.0.0.1:50051', `grpcurl -plaintext ${header} 127.0.0.1:50051 a.A/Get`],
    ['http://localhost', `grpcurl -plaintext ${header} localhost:80 a.A/Get`],
    ['https://api.example', `grpcurl ${header} api.example:443 a.A/Get`],
    ['http://[::1]:50051', `grpcurl -plaintext ${header} '[::1]:50051' a.A/Get`],
  ] as const;
  for (const [url, expected] of cases) assert.equal(grpcurlCommand(url, 'a.A/Get'), expected);
});
