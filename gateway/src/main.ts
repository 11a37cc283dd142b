import { startServer } from '@timesheets/runtime/http/server'
import { BufferedOutput, createLogger } from '@timesheets/runtime/logger'
import { runMain, runServer } from '@timesheets/runtime/process'
import { createGateway } from './app.ts'
import { readGatewayConfig } from './config.ts'

runMain(async () => {
  const config = readGatewayConfig(process.env)
  const logger = createLogger('gateway', config.logLevel)
  logger.debug({ config }, 'configured')
  const accessLog = config.accessLog ? new BufferedOutput() : undefined
  await runServer('gateway', logger, () =>
    startServer('gateway', createGateway(config, logger, accessLog), config, logger),
  )
})
