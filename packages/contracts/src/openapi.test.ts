import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { z } from 'zod'
import { assertDocumented } from '../test/documented-response.ts'
import { apiVersion, buildOpenApi } from './openapi.ts'
import { operations } from './operation.ts'
import type { BodyContent, OperationContract } from './operation-contract.ts'
import { routes } from './route.ts'

const document = buildOpenApi({
  publicUrl: 'https://api.exampleco.com',
  issuer: 'https://exampleco.eu.auth0.com/',
})
const text = JSON.stringify(document)

test('the document is valid OpenAPI 3.1, and every reference has a target', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(text))
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(validator.version).toBe('3.1')
  for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = pointer.split('/').reduce<unknown>((value, step) => (value as never)?.[step], document)
    expect({ pointer, target }).toEqual({ pointer, target: expect.anything() })
  }
})

test('the document contains every row of the route table, with its scopes', () => {
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { operationId, security } = operation as {
        operationId: string
        security: { oauth2?: string[] }[]
      }
      const scopes = security.flatMap(({ oauth2 = [] }) => oauth2)
      return { path, method: method.toUpperCase(), operationId, scopes }
    }),
  )
  const rows = routes.map(({ path, method, operationId, scopes }) => ({ path, method, operationId, scopes }))
  const byId = (a: { operationId: string }, b: { operationId: string }) =>
    a.operationId < b.operationId ? -1 : 1
  expect(documented.sort(byId)).toEqual([...rows].sort(byId))
})

test('the version of the document is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(apiVersion).toBe(version)
})

describe('every example is valid by its schema:', () => {
  const contents = Object.entries(operations as Record<string, OperationContract>).flatMap(
    ([id, { body, responses }]) => [
      ...listExamples(`${id}: request`, body?.content ?? {}),
      ...Object.entries(responses).flatMap(([status, { content = {} }]) =>
        listExamples(`${id}: response ${status}`, content),
      ),
    ],
  )
  test.each(contents)('%s', (_name, schema, example) => {
    // The document is JSON, which has no undefined fields.
    const { error } = schema.safeParse(JSON.parse(JSON.stringify(example)))
    expect(error?.issues).toBeUndefined()
  })
})

test('the document describes its own examples of responses', () => {
  for (const { path, method, operationId } of routes) {
    const { responses } = operations[operationId] as OperationContract
    for (const [status, { content = {} }] of Object.entries(responses)) {
      for (const [type, { examples }] of Object.entries(content)) {
        for (const value of Object.values(examples)) {
          const text = type === 'application/json' ? JSON.stringify(value) : String(value)
          const headers = new Headers({ 'content-type': type })
          assertDocumented(method, path, { status: Number(status), headers, text })
        }
      }
    }
  }
})

function listExamples(label: string, contents: Readonly<Record<string, BodyContent>>) {
  return Object.entries(contents).flatMap(([type, { schema, examples }]) =>
    Object.entries(examples).map(([name, value]): [string, z.ZodType, unknown] => [
      `${label}, ${type}, ${name}`,
      schema,
      value,
    ]),
  )
}
