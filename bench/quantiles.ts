export interface Quantiles {
  readonly p50: number
  readonly p99: number
}

const warmUps = 5
const maxRuns = 300
const minRuns = 3

/**
 * Measures how long a call takes, one call after the other.
 * @param budgetMs time limit, once the minimum of calls is done
 */
export async function measureQuantiles(run: () => Promise<unknown>, budgetMs = 1000): Promise<Quantiles> {
  const warm = performance.now() + budgetMs / 4
  for (let i = 0; i < warmUps && (i === 0 || performance.now() < warm); i++) await run()
  const times: number[] = []
  const end = performance.now() + budgetMs
  while (times.length < minRuns || (times.length < maxRuns && performance.now() < end)) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
  return { p50: at(0.5), p99: at(0.99) }
}
