import { z } from 'zod'
import type { OperationContract } from '../operation-contract.ts'
import { viewerFiles } from '../viewer.ts'
import { json } from './content.ts'

const url = z.url()

const resourceMetadataSchema = z
  .strictObject({
    resource: url,
    authorization_servers: z.array(url),
    scopes_supported: z.array(z.string()),
    bearer_methods_supported: z.array(z.string()),
    resource_name: z.string(),
  })
  .meta({ id: 'ProtectedResourceMetadata' })

const notModified = { description: 'The copy of the client is current', headers: ['ETag'] } as const
const describeText = (example: string) => ({ schema: z.string(), examples: { file: example } })

/** The operations that document the API. The gateway serves them. */
export const documentationOperations = {
  redirectToDocs: {
    responses: { 302: { description: 'The documentation', headers: ['Location'] } },
  },
  getProtectedResourceMetadata: {
    responses: {
      200: {
        description: 'The metadata (RFC 9728, section 2)',
        content: json(resourceMetadataSchema, {
          metadata: {
            resource: 'https://api.exampleco.com',
            authorization_servers: ['https://exampleco.eu.auth0.com/'],
            scopes_supported: ['batch:upload'],
            bearer_methods_supported: ['header'],
            resource_name: 'Timesheets API',
          },
        }),
      },
    },
  },
  getOpenApi: {
    headers: ['If-None-Match'],
    responses: {
      200: {
        description: 'This document',
        headers: ['ETag'],
        content: json(z.looseObject({ openapi: z.string() }), { document: { openapi: '3.1.1' } }),
      },
      304: notModified,
    },
  },
  getDocs: {
    headers: ['If-None-Match'],
    responses: {
      200: {
        description: 'The page',
        headers: ['ETag'],
        content: { 'text/html': describeText('<!doctype html>') },
      },
      304: notModified,
    },
  },
  getDocsFile: {
    headers: ['If-None-Match'],
    parameters: { file: z.enum(viewerFiles) },
    responses: {
      200: {
        description: 'The file',
        headers: ['ETag'],
        content: { 'text/css': describeText('body {}'), 'text/javascript': describeText('start()') },
      },
      304: notModified,
    },
  },
} as const satisfies Record<string, OperationContract>
