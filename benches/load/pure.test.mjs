// Of what needs no server: figures, what h2load prints, what callgrind writes, how
// Envoy is set up, what a flame graph shows. `benches/load/run --check` runs them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byOwner } from './callgrind.mjs';
import { allAnswered, readCounts } from './counts.mjs';
import { median, ratio, summary } from './figures.mjs';
import { shortened, still } from './flame.mjs';
import { goalRows } from './goals.mjs';
import { envoyConfig } from './peers/envoy/config.mjs';
import { Proxied } from './processes.mjs';
import { buildsOf, SERVERS } from './servers.mjs';

test('a median is the middle, or between the two that are', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.deepEqual(summary([2, 1, 6]), { middle: 2, least: 1, most: 6 });
});

test('ratios are of rounds, and not of medians', () => {
  const row = (...values) => ({ rounds: values.map((perSecond) => ({ perSecond })) });
  // The machine was slow in the second round, for both.
  assert.deepEqual(ratio(row(100, 10, 80), row(50, 5, 80), 'perSecond'), { middle: 2, least: 1, most: 2 });
});

const printed = ({ done = 1000, failed = 0, successes = done - failed, data = 13 * done }) => `
finished in 2.00s, 500.00 req/s, 24.41KB/s
requests: ${done} total, ${done} started, ${done} done, ${done - failed} succeeded, ${failed} failed, 0 errored, 0 timeout
status codes: ${successes} 2xx, 0 3xx, ${failed} 4xx, 0 5xx
traffic: 48.83KB (50000) total, 11.72KB (12000) headers (space savings 95.00%), 12.70KB (${data}) data
`;

test('a round counts only if every answer is the one that was checked', () => {
  const right = (settings, bytes = 13) => allAnswered(readCounts(printed(settings)), bytes);
  assert.equal(readCounts(printed({})).done, 1000);
  assert.ok(right({}));
  // A gRPC refusal is HTTP 200 too, but has no data.
  assert.ok(!right({ data: 0 }));
  assert.ok(!right({ data: 12_900 }));
  assert.ok(!right({ failed: 1 }));
  assert.ok(!right({ done: 0 }));
  assert.ok(!allAnswered(readCounts('h2load: an error'), 13));
  // Where every call is to be refused, a success is a fault.
  assert.ok(right({ data: 0 }, 0));
  assert.ok(!right({}, 0));
});

test('instructions count for the file that they were written in, and once', () => {
  const owners = byOwner(
    `ob=/somewhere/sekisho
fl=/home/a/crates/sekisho/src/authorizer.rs
fn=authorize
10 100
fi=/cargo/registry/src/index-1/h2-0.4.5/src/hpack/huffman/mod.rs
20 30
fe=/home/a/crates/sekisho/src/authorizer.rs
cfi=/cargo/registry/src/index-1/aws-lc-rs-1.19.0/src/rsa.rs
cfn=verify
calls=1 5
12 5000
13 7
fl=/cargo/registry/src/index-1/aws-lc-rs-1.19.0/src/rsa.rs
fn=verify
5 5000
ob=/lib/libc.so.6
fl=???
fn=start
0 40
fl=/aws-lc/crypto/mem.c
fn=OPENSSL_malloc
3 2
fl=./string/../sysdeps/memmove.S
fn=memmove
7 9
`,
    '/home/a',
  );
  assert.deepEqual(Object.fromEntries(owners), {
    'ours: crates/sekisho': 107,
    "h2: Huffman decoding of a head's texts (HPACK)": 30,
    'aws-lc-rs': 5000,
    'libc.so.6 (without line tables)': 40,
    'aws-lc': 2,
    'C library: string': 9,
  });
});

test('a proxy takes what the server behind it takes too', () => {
  const process = (cpu, memory) => ({ cpuSeconds: () => cpu, memory: () => memory });
  const both = new Proxied(process(3, 50), process(1, 5));
  assert.deepEqual([both.cpuSeconds(), both.memory(), both.front.cpuSeconds()], [4, 55, 3]);
  assert.deepEqual(buildsOf('envoy-proxy-cached'), ['envoy', 'servers']);
  assert.deepEqual(buildsOf('envoy-cached'), ['envoy']);
});

test('a goal for a proxy is judged with its server, and what has no goal is told without a judgement', () => {
  const row = (name, perSecond, cpu, own) => ({ name, rounds: [{ perSecond, cpu, own }] });
  const rows = [row('ours', 80, 10), row('envoy-proxy-cached', 10, 90, 60), row('envoy-tuned-cached', 20, 40, 30), row('envoy-cached', 40, 20)];
  const told = goalRows([{ rows }]).filter(([what, , found]) => what.includes('Envoy') && found !== 'not run');
  assert.deepEqual(
    told.map(([, ...cells]) => cells),
    [
      ['>= 7', '8.00', '9.00', 'yes'],
      ['>= 7', '4.00', '4.00', 'no'],
      ['none', '', '3.00', ''],
      ['none', '2.00', '2.00', ''],
    ],
  );
});

// Every Envoy that is measured, by what it is set up as.
const guard = { issuer: 'i', audience: 'a', scope: 'read', jwks: '/keys', cached: true };
const names = (filters) => filters.map(({ name }) => name.split('.').at(-1));
for (const tuned of [false, true]) {
  test(`Envoy judges before it answers or passes on${tuned ? ', tuned too' : ''}`, () => {
    const set = (settings) => {
      const { listeners, clusters } = JSON.parse(envoyConfig(1, { ...settings, tuned })).static_resources;
      const { http_filters, route_config } = listeners[0].filter_chains[0].filters[0].typed_config;
      return { filters: names(http_filters), route: route_config.virtual_hosts[0].routes[0], clusters };
    };
    const proxy = set({ guard, upstream: 2 });
    assert.deepEqual(proxy.filters, ['jwt_authn', 'rbac', 'router']);
    assert.deepEqual(set({ upstream: 2 }).filters, ['router']);
    assert.equal(proxy.route.route.cluster, proxy.clusters[0].name);
    assert.equal(proxy.route.direct_response, undefined);
    assert.match(JSON.stringify(proxy.clusters), /"port_value":2\}.*"http2_protocol_options"/);
    assert.deepEqual(set({ guard }).clusters, []);
    assert.equal(set({ guard }).route.direct_response.status, 200);
  });
}

test('every Envoy with jwt_authn has to refuse before it is measured', () => {
  const guarded = Object.keys(SERVERS).filter((name) => name.startsWith('envoy') && SERVERS[name].guarded);
  assert.deepEqual(guarded.length, 6);
  assert.ok(guarded.every((name) => name.endsWith('cached')));
});

test('names of a flame graph are short, and the samples are kept', () => {
  const folded = [
    'sekisho;<hyper::Server<T,S> as Future>::poll;tonic::call<A, B<C>>::{{closure}}<X>;f::h0123456789abcdef 7',
    'sekisho;<F as Fn<(A, fn(B) -> C)>>::call;core::Option<T>::map::<u8>;tcp_sendmsg 12',
  ];
  assert.deepEqual(shortened(folded.join('\n')).split('\n'), [
    'sekisho;<hyper::Server as Future>::poll;tonic::call::{{closure}};f 7',
    'sekisho;<F as Fn>::call;core::Option::map;tcp_sendmsg 12',
  ]);
});

test('a flame graph needs no script: texts are cut to their frames, and the whole is in the tip', () => {
  const frame = (width, text) =>
    `<g><title>${text} (9 samples)</title><rect x="0%" y="1" width="${width}%" height="15" fill="red" fg:x="0"/><text x="1%" y="9">${text}</text></g>`;
  const frames = (...all) => `<svg id="frames" x="10" width="1180">${all.join('')}</svg></svg>`;
  const head = '<svg onload="init(evt)" xmlns:fg="x"><script type="a"><![CDATA[var a = 1;]]></script><text id="search" y="2">Search</text>';
  const picture = still(head + frames(frame(50, 'whole'), frame(5, '&lt;a as B&gt;::call_it'), frame(0.5, 'narrow')));
  assert.doesNotMatch(picture, /script|onload|fg:|Search/);
  assert.deepEqual(picture.match(/<text[^>]*>[^<]*/g), ['<text x="1%" y="9">whole', '<text x="1%" y="9">&lt;a as..']);
  assert.match(picture, /<title>narrow \(9 samples\)/);
});
