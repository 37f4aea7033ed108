// What h2load prints, and whether it is what was to come.

export function readCounts(printed) {
  const number = (pattern) => Number(pattern.exec(printed)?.[1] ?? NaN);
  return {
    done: number(/, (\d+) done/),
    succeeded: number(/, (\d+) succeeded/),
    failed: number(/, (\d+) failed/),
    successes: number(/status codes: (\d+) 2xx/),
    data: number(/\((\d+)\) data$/m),
  };
}

// h2load tells HTTP's status, which is 200 for a gRPC refusal too. A refusal has no data, and a success has.
export function allAnswered({ done, succeeded, failed, successes, data }, bytes) {
  const right = bytes === 0 ? data === 0 : data >= 0.999 * done * bytes;
  return done > 0 && succeeded === done && successes >= done && failed === 0 && right;
}
