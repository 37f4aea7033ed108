// Of what needs no server: figures, what h2load prints, what callgrind writes. `benches/load/run --check` runs them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byOwner } from './callgrind.mjs';
import { allAnswered, readCounts } from './counts.mjs';
import { median, ratio, summary } from './figures.mjs';

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
