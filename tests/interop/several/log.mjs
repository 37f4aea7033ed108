// What the log of a server says, as JSON.

function linesWith(log, text) {
  return log.split('\n').filter((line) => line.includes(text)).map((line) => JSON.parse(line));
}

// How often the keys of this issuer could not be fetched.
export function warningsOf(log, issuer) {
  return linesWith(log, "the issuer's keys could not be fetched").filter((line) => line.issuer === issuer).length;
}

// Calls of the APIs that were allowed and refused, by the name of the issuer that they were judged by, and how many lines were lost.
export function judgedBy(log) {
  const lost = linesWith(log, 'log lines were dropped').reduce((sum, { dropped }) => sum + dropped, 0);
  const by = { lost };
  for (const { issuer, outcome } of linesWith(log, '"method":"/api')) {
    by[issuer] ??= { allowed: 0, refused: 0 };
    by[issuer][outcome] += 1;
  }
  return by;
}
