import { rmSync } from 'node:fs'
import path from 'node:path'
import { readStackConfig } from './config.ts'
import { resolveDataDir } from './postgres/data.ts'
import { lockDataDir } from './stack-lock.ts'

// `npm run reset`: deletes the data that `npm start` keeps.
try {
  const { dataDir } = readStackConfig(process.env)
  const unlock = lockDataDir(dataDir)
  rmSync(await resolveDataDir(path.join(dataDir, 'postgres')), { recursive: true, force: true })
  unlock()
  rmSync(dataDir, { recursive: true, force: true })
  console.log('All local data was deleted. The next `npm start` begins with an empty database.')
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
