import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { ViewerFile } from '@timesheets/contracts/viewer'
import { StaticContent } from './static-content.ts'

/** The page loads only our own files and runs no inline code (W3C, Content Security Policy 3). */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // The icons of Swagger UI are in its style sheet.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Swagger UI with our OpenAPI document. Every link is relative, since a proxy may serve the gateway under a path. */
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

/** Users paste a token; a login would lead away from this page, to the issuer. */
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

/** The page of `GET /docs`. */
export const docsPage = new StaticContent('text/html; charset=utf-8', page, {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
})

/**
 * Loads a file of the page.
 * @throws if it is missing in the package of Swagger UI
 */
export async function loadDocsFile(name: ViewerFile): Promise<StaticContent> {
  const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
  if (name === 'start.js') return new StaticContent(type, start)
  const path = createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)
  return new StaticContent(type, await readFile(path))
}
