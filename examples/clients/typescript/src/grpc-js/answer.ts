import type { requestCallback } from '@grpc/grpc-js';

// grpc-js calls back; here is a promise for it. (`promisify` cannot choose among the overloads of a generated method.)
export function answer<T>(start: (done: requestCallback<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (value === undefined ? reject(error) : resolve(value)));
  });
}
