import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import type pg from 'pg'
import { MigrationAdapter } from './migration-adapter.ts'

/** No table or enum of the database is managed by another tool. */
export const wholeDatabase: SchemaFilter = { externalTables: [], externalEnums: [] }

/**
 * Opens Prisma's schema engine as WebAssembly. It needs no native binary, so it also runs in a distroless image.
 *
 * @param pool connections to the database; the engine does not close them
 * @param databaseUrl the server for a shadow database, which only `diff` from migrations uses
 * @param complete changes each script of a migration before it is run
 */
export async function openSchemaEngine(
  pool: pg.Pool,
  databaseUrl: string,
  complete?: (script: string) => string,
): Promise<SchemaEngine> {
  loading ??= load()
  await loading
  const adapters = bindMigrationAwareSqlAdapterFactory(new MigrationAdapter(pool, databaseUrl, complete))
  return glue.SchemaEngine.new({ datamodels: undefined }, () => {}, adapters)
}

/** The used part of the global. Its full types are only in TypeScript's DOM library. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

let loading: Promise<void> | undefined

/**
 * Instantiates the engine's WebAssembly with its JavaScript glue. The package's own entry uses `import … from './x.wasm'`,
 * which is experimental in Node, prints a warning at each start, and is not supported by bundlers.
 */
async function load(): Promise<void> {
  // The engine requires this global and reports its panics through it.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: console.error } })
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(gluePath.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': createGlueImports(),
  })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}

/**
 * Returns the glue with timers that do not keep the process running. The engine never clears a 10 s timer of its lock,
 * so each process that migrates would exit 10 s late.
 */
function createGlueImports(): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...glue }
  for (const name of Object.keys(imports)) {
    if (!name.startsWith('__wbg_setTimeout_')) continue
    imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms).unref()
  }
  return imports
}
