import { startServer } from '@timesheets/runtime/http/server'
import { createLogger } from '@timesheets/runtime/logger'
import { runMain, runServer } from '@timesheets/runtime/process'
import { createService } from './app.ts'
import { readServiceConfig } from './config.ts'

runMain(async () => {
  const config = readServiceConfig(process.env)
  const logger = createLogger('timesheets-service', config.logLevel)
  logger.debug({ config }, 'configured')
  await runServer('timesheets-service', logger, () =>
    startServer('timesheets-service', createService(config, logger), config, logger),
  )
})
