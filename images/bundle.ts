import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { type Image, images } from './contents.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const distDir = path.join(root, 'dist')

/**
 * Leaves packages out of the source maps: Node reads the whole map for its first stack trace, and a map of all packages takes
 * 48 MB of memory. So each file of a package gets a map that knows its first line only.
 */
const packagesWithoutMaps: Plugin = {
  name: 'packages-without-maps',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/.*\.([cm]?js|json)$/ }, async (file) => {
      const text = await readFile(file.path, 'utf8')
      const code = file.path.endsWith('.json') ? `module.exports=${text}` : text.replaceAll(mapComment, '')
      return {
        contents: `${code}\n//# sourceMappingURL=data:application/json;base64,${firstLine}`,
        loader: 'js',
      }
    })
  },
}
const mapComment = /^\/\/# sourceMappingURL=.*$/gm
const firstLine = btoa(JSON.stringify({ version: 3, sources: [''], mappings: 'AAAA' }))

/** Writes the files that an image adds to its base into `dist/<image>/`. */
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
    // Dynamic imports (a tracker, the migration engine) become chunks that are loaded on demand.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Minified, so that each start parses half the text. Names are kept, for stack traces and messages.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames,
    sourcemap: 'linked',
    // Stack traces need line numbers only; the sources would double the size of the image.
    sourcesContent: false,
    legalComments: 'none',
    plugins: [packagesWithoutMaps],
    // CommonJS dependencies call `require` for Node's built-in modules.
    banner: {
      js: `import{createRequire as $require}from'node:module';const require=$require(import.meta.url);`,
    },
    logLevel: 'warning',
  })
  const { resolve } = createRequire(path.join(root, entries[Object.keys(entries)[0]!]!))
  for (const [name, files] of Object.entries(packages)) {
    // Searches the folders itself, because `resolve` finds only files that the package exports.
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
