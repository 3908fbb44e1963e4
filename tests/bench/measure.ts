/** One row of the report: the figure, its value, its bound, and the reason if the bound is known to be missed. */
export type Figure = {
  what: string;
  value: string;
  bound?: { least?: number; most?: number; ratio: number };
  missed?: string;
};

/** Processes a list with `workers` at a time. Returns the wall time in seconds and each item's latency in ms. */
export async function inParallel<Item>(items: Item[], workers: number, act: (item: Item) => Promise<unknown>) {
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) {
        const started = performance.now();
        await act(item);
        latencies.push(performance.now() - started);
      }
    }),
  );
  return { seconds: (performance.now() - began) / 1000, latencies };
}

export const perSecond = (count: number, seconds: number): number => count / seconds;

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

export const rate = (value: number): string => `${value.toFixed(0)} a second`;
export const ms = (value: number): string => `${value.toFixed(0)} ms`;

export const holds = ({ bound }: Figure): boolean =>
  bound === undefined || (bound.ratio >= (bound.least ?? -Infinity) && bound.ratio <= (bound.most ?? Infinity));
