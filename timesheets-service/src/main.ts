import { setFlagsFromString } from 'node:v8'
import { startServer } from '@timesheets/runtime/http/server'
import { createLogger } from '@timesheets/runtime/logger'
import { runMain, runServer } from '@timesheets/runtime/process'
import { createService } from './app.ts'
import { readServiceConfig } from './config.ts'

// In a container, Node limits the heap to half of the memory, and V8 then collects a heap that has grown by 30 %. An upload
// as a stream fills that dozens of times a second; doubling costs it 20 MB, and saves a fifth of its CPU. NODE_OPTIONS does not
// allow the flag.
setFlagsFromString('--heap-growing-percent=100')

runMain(async () => {
  const config = readServiceConfig(process.env)
  const logger = createLogger('timesheets-service', config.logLevel)
  logger.debug({ config }, 'configured')
  await runServer('timesheets-service', logger, () =>
    startServer('timesheets-service', createService(config, logger), config, logger),
  )
})
