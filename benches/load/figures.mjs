// Medians, spreads and paired ratios of rounds.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// { middle, least, most } of what `figure` takes from each round.
export function summary(values) {
  return { middle: median(values), least: Math.min(...values), most: Math.max(...values) };
}

export function ofRounds(row, figure) {
  return summary(row.rounds.map((round) => round[figure]));
}

// Of the rounds in turn, so that a moment in which the machine was slow falls on both.
export function ratio(row, to, figure, figureOfTo = figure) {
  return summary(row.rounds.map((round, at) => round[figure] / to.rounds[at][figureOfTo]));
}
