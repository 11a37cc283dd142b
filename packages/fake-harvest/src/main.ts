import { readHarvestConfig } from './config.ts'
import { createHarvest } from './harvest.ts'

try {
  const harvest = createHarvest(readHarvestConfig(process.env))
  const listening = await harvest.listen()

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      await harvest.close()
      process.exit(0)
    })
  }
  console.log(JSON.stringify({ listening, process: 'tracker' }))
} catch (error) {
  console.error((error as Error).message)
  process.exit(2)
}
