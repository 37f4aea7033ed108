// How long calls took, for whoever runs this: no machine is like another, so that nothing of it is committed.
import { quantile } from './load.mjs';

export function figures(phases, seen, control) {
  const times = ['median', '99 %', 'longest', 'this process still'].map((name) => `${name}, ms`);
  const head = ['phase', 'issuer', 'calls', ...times, 'over 1 s', `median to that of ${control}`];
  const rows = seen.flatMap(({ seen: issuers, still }, at) =>
    Object.entries(issuers).map(([name, { latencies }]) => {
      const [median, most] = [0.5, 0.99].map((part) => quantile(latencies, part));
      const ratio = median / quantile(issuers[control].latencies, 0.5);
      const long = latencies.filter((time) => time > 1_000).length;
      const cells = [median, most, Math.max(...latencies), still].map((time) => time.toFixed(1));
      return [phases[at].row, name, latencies.length, ...cells, long, ratio.toFixed(2)];
    }),
  );
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
