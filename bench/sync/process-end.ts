import { writeFileSync } from 'node:fs'

/** What a measured process has used in all. */
export interface ProcessEnd {
  readonly cpuMs: number
  readonly peakMegabytes: number
}

// Loaded with `--import` into the process that is measured: it writes what the process has used when it ends.
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const end: ProcessEnd = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMegabytes: maxRSS / 1024 }
  writeFileSync(process.env.BENCH_PROCESS_END!, JSON.stringify(end))
})
