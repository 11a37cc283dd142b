import { routes } from '@timesheets/contracts/route'
import { sendJson } from '@timesheets/runtime/http/send-json'
import type { RequestHandler } from 'express'

export interface WellKnownOptions {
  readonly publicUrl: string
  readonly issuers: readonly string[]
}

/** Handlers of the metadata, by operation of the route table. They need no token. */
export function createWellKnownHandlers(options: WellKnownOptions): Readonly<Record<string, RequestHandler>> {
  const metadata = buildResourceMetadata(options)
  return {
    getProtectedResourceMetadata: (_request, response) => sendJson(response, metadata),
  }
}

/** Builds the metadata that name the issuer and the scopes of this API (RFC 9728, section 2). */
function buildResourceMetadata({ publicUrl, issuers }: WellKnownOptions) {
  return {
    resource: publicUrl,
    authorization_servers: issuers,
    scopes_supported: [...new Set(routes.flatMap((route) => route.scopes))],
    bearer_methods_supported: ['header'],
    resource_name: 'Timesheets API',
  }
}
