import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { ViewerFile } from '@timesheets/contracts/viewer'
import { StaticFile } from './static-file.ts'

/** Nothing comes from elsewhere, nothing stands inline, nothing goes elsewhere (W3C, Content Security Policy 3). */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // The viewer's own icons are in its style sheet.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page: Swagger UI, and the document beside it. Every link is relative, since a proxy may put us under a path. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Timesheets API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script src="docs/swagger-ui-bundle.js" defer></script>
<script src="docs/start.js" defer></script>
</head>
<body>
<div id="viewer"></div>
<noscript>This page shows <a href="openapi.json">openapi.json</a>, by JavaScript.</noscript>
</body>
</html>
`

/** A token is pasted: to log in is another program's work, and would take this page to the issuer. */
const start = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  plugins: [
    {
      statePlugins: {
        auth: {
          wrapSelectors: {
            definitionsToAuthorize: (original) => () => original().filter((scheme) => scheme.has('bearer')),
          },
        },
      },
    },
  ],
})
`

/** The page that shows the API to people, by files that we serve. */
export class Viewer {
  readonly page = new StaticFile('text/html; charset=utf-8', page, {
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
  })
  readonly #files = new Map<ViewerFile, Promise<StaticFile>>()

  /** @throws where the package is not whole */
  file(name: ViewerFile): Promise<StaticFile> {
    const known = this.#files.get(name)
    if (known !== undefined) return known
    const file = read(name)
    this.#files.set(name, file)
    return file
  }
}

async function read(name: ViewerFile): Promise<StaticFile> {
  const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
  if (name === 'start.js') return new StaticFile(type, start)
  return new StaticFile(
    type,
    await readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)),
  )
}
