// A stream that is left is closed, whatever garbage was collected meanwhile: over a server on loopback.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { Events } from '../gen/es/events/v1/events_pb.js';
import { closingFetch } from '../src/connect-web/fetch.js';

// An event without a field, as a frame of gRPC-Web.
const EVENT = Buffer.alloc(5);

test('a stream that is left is closed', { timeout: 10_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const transport = createGrpcWebTransport({ baseUrl: `http://127.0.0.1:${port}`, fetch: closingFetch });
  const left = new AbortController();
  const events = createClient(Events, transport).follow({}, { signal: left.signal })[Symbol.asyncIterator]();
  const first = events.next();
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const closed = once(response, 'close');
  response.writeHead(200, { 'content-type': 'application/grpc-web+proto' }).write(EVENT);
  await first;
  for (let turn = 0; turn < 20; turn += 1) {
    response.write(EVENT);
    await events.next();
    collectGarbage();
  }
  const last = events.next();
  left.abort();
  await assert.rejects(last, /canceled/);
  await closed;
  server.close();
});
