// How long calls took, for whoever runs this: no machine is like another, so that nothing of it is committed.
import { quantile } from './load.mjs';

export function figures(phases, seen) {
  const head = ['phase', 'issuer', 'calls', 'median, ms', '99 %, ms', 'longest, ms', 'median to that of the first phase'];
  const rows = seen.flatMap((under, at) =>
    Object.entries(under).map(([name, { latencies }]) => {
      const median = quantile(latencies, 0.5);
      const ratio = median / quantile(seen[0][name].latencies, 0.5);
      const times = [median, quantile(latencies, 0.99), Math.max(...latencies)].map((time) => time.toFixed(2));
      return [phases[at].row, name, latencies.length, ...times, ratio.toFixed(2)];
    }),
  );
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
