import { fetchAccessToken } from './access-token.ts'
import { readStackConfig } from './config.ts'
import { readStackFile } from './stack-file.ts'

// `npm run -s token -- <client or e-mail>`: prints an access token and nothing else.
const account = process.argv[2]
try {
  if (account === undefined) {
    throw new Error(
      'Name a client or the e-mail of a person, for example:\n  npm run -s token -- contractor-sync\n  npm run -s token -- maya@exampleco.com',
    )
  }
  console.log(await fetchAccessToken(readStackFile(readStackConfig(process.env).dataDir), account))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
