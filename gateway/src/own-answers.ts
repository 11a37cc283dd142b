import type { IncomingMessage, ServerResponse } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import type { routes } from '@timesheets/contracts/route'
import { type ViewerFile, viewerFiles } from '@timesheets/contracts/viewer'
import { answerJson } from '@timesheets/runtime/answer'
import { resourceMetadata } from './resource-metadata.ts'
import { StaticFile } from './static-file.ts'
import { Viewer } from './viewer.ts'

/** What the gateway answers itself. */
export type OwnOperationId = Extract<(typeof routes)[number], { servedBy: 'gateway' }>['operationId']

export type OwnAnswer = (
  request: IncomingMessage,
  response: ServerResponse,
  parameters: Readonly<Record<string, string>>,
) => void | Promise<void>

export interface OwnAnswersOptions {
  readonly publicUrl: string
  readonly issuers: readonly string[]
}

/** The rows of the table that nobody needs a token for. */
export function createOwnAnswers(options: OwnAnswersOptions): Readonly<Record<OwnOperationId, OwnAnswer>> {
  const metadata = resourceMetadata(options)
  const viewer = new Viewer()
  let document: Promise<StaticFile> | undefined
  return {
    getProtectedResourceMetadata: (request, response) => answerJson(request, response, 200, metadata),
    async getOpenApi(request, response) {
      document ??= makeDocument(options)
      await (await document).answer(request, response)
    },
    getDocs: (request, response) => viewer.page.answer(request, response),
    async getDocsFile(request, response, { file }) {
      if (!isViewerFile(file)) throw new ProblemError('not-found', 'There is no such file of the viewer')
      await (await viewer.file(file)).answer(request, response)
    },
  }
}

/** Loaded when it is first asked for: a gateway that starts has other things to do. */
async function makeDocument({ publicUrl, issuers }: OwnAnswersOptions): Promise<StaticFile> {
  const { buildOpenApi } = await import('@timesheets/contracts/openapi')
  const document = buildOpenApi({ publicUrl, issuer: issuers[0]! })
  return new StaticFile('application/json', JSON.stringify(document))
}

function isViewerFile(name: string | undefined): name is ViewerFile {
  return (viewerFiles as readonly (string | undefined)[]).includes(name)
}
