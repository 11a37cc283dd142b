import { createLogger } from '@timesheets/runtime/logger'
import { runMain, runServer } from '@timesheets/runtime/process'
import { startServer } from '@timesheets/runtime/server'
import { readGatewayConfig } from './config.ts'
import { createGateway } from './gateway.ts'

runMain(async () => {
  const config = readGatewayConfig(process.env)
  const logger = createLogger('gateway', config.logLevel)
  logger.debug({ config }, 'configured')
  await runServer('gateway', logger, () =>
    startServer('gateway', createGateway(config, logger), config, logger),
  )
})
