import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import type pg from 'pg'
import { MigrationAdapter } from './migration-adapter.ts'

/** Nothing in the database is kept by somebody else. */
export const wholeDatabase: SchemaFilter = { externalTables: [], externalEnums: [] }

/**
 * Prisma's own schema engine, as WebAssembly: it needs no native binary, so it also runs in a distroless image.
 *
 * @param pool Connections to the database; the engine uses it and leaves it open.
 * @param databaseUrl Where a shadow database may be made, for the one call that wants it (`diff` from migrations).
 */
export async function openSchemaEngine(pool: pg.Pool, databaseUrl: string): Promise<SchemaEngine> {
  loading ??= load()
  await loading
  const adapters = bindMigrationAwareSqlAdapterFactory(new MigrationAdapter(pool, databaseUrl))
  return glue.SchemaEngine.new({ datamodels: undefined }, () => {}, adapters)
}

/** The part of the global that is used here; its full types come only with those of a browser. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

let loading: Promise<void> | undefined

/**
 * Joins the engine's WebAssembly with its glue, as the package's own entry does by `import … from './x.wasm'`: an
 * experimental feature of Node, with a warning at each start, and one that bundlers do not know.
 */
async function load(): Promise<void> {
  // Where the engine tells of a fault of its own before it breaks off; it takes for granted that this is there.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: console.error } })
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(gluePath.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': glueWithoutLingeringTimers(),
  })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}

/**
 * The glue, with timers that do not keep a process alive: the engine starts one of 10 s for its lock and never clears
 * it, so each process that migrates would end 10 s late.
 */
function glueWithoutLingeringTimers(): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...glue }
  for (const name of Object.keys(imports)) {
    if (!name.startsWith('__wbg_setTimeout_')) continue
    imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms).unref()
  }
  return imports
}
