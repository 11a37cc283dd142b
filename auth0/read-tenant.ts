import { createRequire } from 'node:module'
import { argv } from 'node:process'
import { config } from './tenant.ts'

// `node auth0/read-tenant.ts <file> <keywords as JSON>` prints the tenant as the Deploy CLI reads it, or the errors of
// its schema. It is a separate process because jest takes half a minute to load the CLI's modules.

interface Context {
  readonly assets: object
  loadAssetsFromLocal(): Promise<void>
}

const require = createRequire(import.meta.url)
const { default: YamlContext } = require('auth0-deploy-cli/lib/context/yaml/index.js') as {
  default: new (config: object, managementClient: object) => Context
}
// Only the parts of the schema that the tenant uses: compiling the schemas of all login pages takes eight seconds.
const { default: schema } = require('auth0-deploy-cli/lib/tools/auth0/schema.js') as {
  default: { properties: Record<string, unknown>; additionalProperties: false }
}
const parts = ['exclude', 'include', ...(config.AUTH0_INCLUDED_ONLY as string[])]
schema.properties = Object.fromEntries(parts.map((name) => [name, schema.properties[name]]))

const [, , file, keywords = '{}'] = argv
const context = new YamlContext(
  { ...config, AUTH0_INPUT_FILE: file, AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.parse(keywords) },
  // Used only for a deployment.
  { clients: {}, clientGrants: {} },
)
try {
  await context.loadAssetsFromLocal()
  console.log(JSON.stringify(context.assets))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
