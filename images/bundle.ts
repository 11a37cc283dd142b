import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const distDir = path.join(root, 'dist')

/** What an image runs, and what has to lie beside it. */
interface Image {
  /** Output file, without its ending → the source it begins at. */
  readonly entries: Readonly<Record<string, string>>
  /** Packages that stay what they are in `node_modules`, each with the only files of it that are needed. */
  readonly packages?: Readonly<Record<string, readonly string[]>>
  /** Folders that are read at run time. */
  readonly folders?: readonly string[]
}

const health = { health: 'images/health.ts' }

const images: Readonly<Record<string, Image>> = {
  gateway: {
    entries: { main: 'gateway/src/main.ts', ...health },
    // What `GET /docs` serves, and its licence.
    packages: {
      'swagger-ui-dist': [
        'swagger-ui-bundle.js',
        'swagger-ui.css',
        'package.json',
        'swagger-ui-bundle.js.LICENSE.txt',
        'LICENSE',
        'NOTICE',
      ],
    },
  },
  'timesheets-service': { entries: { main: 'timesheets-service/src/main.ts', ...health } },
  'contractor-sync': { entries: { main: 'contractor-sync/src/main.ts' } },
  migrate: {
    entries: { migrate: 'prisma/migrate.ts' },
    // It finds its WebAssembly by its own path (prisma/schema-engine.ts), so it is not bundled.
    packages: {
      '@prisma/schema-engine-wasm': ['package.json', 'schema_engine_bg.js', 'schema_engine_bg.wasm'],
    },
    folders: ['prisma/migrations'],
  },
  local: {
    entries: {
      issuer: 'packages/local/src/issuer/main.ts',
      tracker: 'packages/local/src/harvest/main.ts',
      ...health,
    },
  },
}

/** Puts into `dist/<image>/` all that the image holds above its base: JavaScript, source maps, and little else. */
async function bundle(name: string, { entries, packages = {}, folders = [] }: Image): Promise<void> {
  const outdir = path.join(distDir, name)
  await rm(outdir, { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    entryPoints: entries as Record<string, string>,
    outdir,
    external: Object.keys(packages),
    bundle: true,
    // What is imported when it is needed (a tracker, a migration's engine) stays apart, and is not loaded before.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Half the text to parse at each start. Names stay, also of classes that share one in a bundle: oidc-provider
    // goes by them, and so do stacks and messages.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    sourcemap: 'linked',
    // A stack needs lines, not the source: that would double the image.
    sourcesContent: false,
    legalComments: 'none',
    // The CommonJS packages among the dependencies call `require` for Node's own modules.
    banner: {
      js: `import{createRequire as $require}from'node:module';const require=$require(import.meta.url);`,
    },
    logLevel: 'warning',
  })
  const { resolve } = createRequire(path.join(root, entries[Object.keys(entries)[0]!]!))
  for (const [name, files] of Object.entries(packages)) {
    // Not by `resolve` itself: a package need not export its files.
    const from = resolve
      .paths(name)!
      .map((folder) => path.join(folder, name))
      .find(existsSync)!
    const to = path.join(outdir, 'node_modules', name)
    await mkdir(to, { recursive: true })
    for (const file of files) await cp(path.join(from, file), path.join(to, file))
  }
  for (const folder of folders) {
    await cp(path.join(root, folder), path.join(outdir, path.basename(folder)), { recursive: true })
  }
}

const wanted = process.argv.slice(2)
for (const [name, image] of Object.entries(images)) {
  if (wanted.length === 0 || wanted.includes(name)) await bundle(name, image)
}
