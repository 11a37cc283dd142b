import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type Image, images } from './contents.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const distDir = path.join(root, 'dist')

/** Puts into `dist/<image>/` all that the image holds above its base: JavaScript, source maps, and little else. */
async function bundle(
  name: string,
  { entries, packages = {}, folders = [], keepNames = false }: Image,
): Promise<void> {
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
    // Half the text to parse at each start. Names stay, for stacks and messages.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames,
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
