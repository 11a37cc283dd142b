import { ProblemError } from '@timesheets/contracts/problem'
import { type ViewerFile, viewerFiles } from '@timesheets/contracts/viewer'
import type { RequestHandler } from 'express'
import { docsPage, loadDocsFile } from './docs-page.ts'
import { StaticContent } from './static-content.ts'

export interface DocsOptions {
  readonly publicUrl: string
  readonly issuers: readonly string[]
}

/** Handlers of the documentation, by operation of the route table. They need no token. */
export function createDocsHandlers(options: DocsOptions): Readonly<Record<string, RequestHandler>> {
  let openApi: Promise<StaticContent> | undefined
  const files = new Map<ViewerFile, Promise<StaticContent>>()
  return {
    redirectToDocs(_request, response) {
      response.status(302).setHeader('location', `${options.publicUrl}/docs`)
      response.end()
    },
    async getOpenApi(request, response, next) {
      openApi ??= createOpenApi(options)
      await (await openApi).send(request, response, next)
    },
    getDocs: docsPage.send,
    async getDocsFile(request, response, next) {
      const { file: name } = request.params
      if (!isViewerFile(name)) throw new ProblemError('not-found', 'The documentation has no such file')
      const file = files.get(name) ?? loadDocsFile(name)
      files.set(name, file)
      await (await file).send(request, response, next)
    },
  }
}

/** Loads the modules of the document at its first request, which keeps the start short. */
async function createOpenApi({ publicUrl, issuers }: DocsOptions): Promise<StaticContent> {
  const { buildOpenApi } = await import('@timesheets/contracts/openapi')
  const document = buildOpenApi({ publicUrl, issuer: issuers[0]! })
  return new StaticContent('application/json', JSON.stringify(document))
}

function isViewerFile(name: unknown): name is ViewerFile {
  return viewerFiles.includes(name as ViewerFile)
}
