// Serves the page on two origins of loopback, and nothing else: one that the server is told to allow, and one
// that it is not. usage: node pages.mjs BUNDLE
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';

// Without an icon the browser would ask for one, and its absence would be on the console.
const page = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

const files = {
  '/': ['text/html; charset=utf-8', page],
  '/page.js': ['text/javascript; charset=utf-8', readFileSync(process.argv[2])],
};

async function origin() {
  const server = createServer((request, response) => {
    const [type, content] = files[request.url] ?? [];
    if (content === undefined) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': type }).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

console.log(`READY allowed=${await origin()} foreign=${await origin()}`);
