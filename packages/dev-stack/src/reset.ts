import { rmSync } from 'node:fs'
import path from 'node:path'
import { readStackConfig } from './config.ts'
import { resolveDataDir } from './postgres/data.ts'
import { ownDataDir } from './postgres/owner.ts'
import { lockDataDir } from './stack-lock.ts'

// `npm run reset`: deletes the data that `npm start` keeps.
try {
  const { dataDir } = readStackConfig(process.env)
  const unlock = lockDataDir(dataDir)
  const databaseDir = await resolveDataDir(path.join(dataDir, 'postgres'))
  const release = await ownDataDir(databaseDir) // waits for a server whose stack was killed
  rmSync(databaseDir, { recursive: true, force: true })
  release()
  unlock()
  rmSync(dataDir, { recursive: true, force: true })
  console.log('All local data was deleted. The next `npm start` begins with an empty database.')
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
