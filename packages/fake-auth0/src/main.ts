import { ConfigError } from '@timesheets/runtime/config'
import { ProductionRefused, readIssuerConfig } from './config.ts'
import { createIssuer } from './issuer.ts'

try {
  const issuer = await createIssuer(readIssuerConfig(process.env))
  const listening = await issuer.listen()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      await issuer.close()
      process.exit(0)
    })
  }
  // Whoever started this process reads this line; everything else goes to standard error.
  console.log(JSON.stringify({ listening, process: 'issuer' }))
} catch (error) {
  console.error((error as Error).message)
  process.exit(error instanceof ConfigError || error instanceof ProductionRefused ? 2 : 1)
}
