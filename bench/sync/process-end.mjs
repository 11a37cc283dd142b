import { writeFileSync } from 'node:fs'

// Loaded with `--import` into the process that is measured: it writes what the process has used when it ends. In JavaScript,
// because Node takes 18 MB to strip types.
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const end = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMegabytes: maxRSS / 1024 }
  writeFileSync(process.env.BENCH_PROCESS_END ?? '', JSON.stringify(end))
})
