import { accessTokenFor } from './access-token.ts'
import { readStackConfig } from './config.ts'
import { readStackFile } from './stack-file.ts'

// `npm run token -- <client or e-mail>`: prints an access token and nothing else.
const who = process.argv[2]
try {
  if (who === undefined) throw new Error('Whose token? npm run token -- <client or e-mail>')
  console.log(await accessTokenFor(readStackFile(readStackConfig(process.env).dataDir), who))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
