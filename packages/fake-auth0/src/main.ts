import { ConfigError } from '@timesheets/runtime/config'
import { ProductionError, readIssuerConfig } from './config.ts'
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
  // The parent process reads this line. All other output goes to standard error.
  console.log(JSON.stringify({ listening, process: 'issuer' }))
} catch (error) {
  console.error((error as Error).message)
  process.exit(error instanceof ConfigError || error instanceof ProductionError ? 2 : 1)
}
