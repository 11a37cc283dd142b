import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildOpenApi } from '@timesheets/contracts/openapi'
import openapiTS, { astToString } from 'openapi-typescript'

// Writes the types of the API's paths, from its document; with --check only says whether they are what they were.
const path = fileURLToPath(new URL('api.ts', import.meta.url))
const head = '// Written by `npm run api:types` from the OpenAPI document. Do not edit.\n'

// Where it is and who issues its tokens says nothing of its types.
const document = buildOpenApi({ publicUrl: 'https://api.example.com', issuer: 'https://issuer.example.com/' })
const types =
  head +
  astToString(await openapiTS(JSON.stringify(document), { immutable: true, defaultNonNullable: false }))
if (!process.argv.includes('--check')) await writeFile(path, types)
else if ((await readFile(path, 'utf8').catch(() => '')) !== types) {
  console.error(`${path} is not what the OpenAPI document says; run npm run api:types`)
  process.exitCode = 1
}
