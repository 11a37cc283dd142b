import { rmSync } from 'node:fs'
import path from 'node:path'
import { readStackConfig } from './config.ts'
import { dataFolder } from './postgres/data.ts'
import { lockDataDir } from './stack-lock.ts'

// `npm run reset`: forgets all that `npm start` keeps.
try {
  const { dataDir } = readStackConfig(process.env)
  const unlock = lockDataDir(dataDir)
  rmSync(await dataFolder(path.join(dataDir, 'postgres')), { recursive: true, force: true })
  unlock()
  rmSync(dataDir, { recursive: true, force: true })
  console.log('Forgotten: the next start begins with an empty database and a new tracker.')
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
