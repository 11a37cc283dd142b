import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { z } from 'zod'
import { assertDocumented } from '../test/documented-response.ts'
import { apiVersion, buildOpenApi } from './openapi.ts'
import { operations } from './operation.ts'
import type { Content, OperationContract } from './operation-contract.ts'
import { routes } from './route.ts'

const document = buildOpenApi({
  publicUrl: 'https://api.exampleco.com',
  issuer: 'https://exampleco.eu.auth0.com/',
})
const text = JSON.stringify(document)

test('the document is OpenAPI 3.1, by its own schema, and every reference leads somewhere', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(text))
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(validator.version).toBe('3.1')
  for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer.split('/').reduce<unknown>((value, step) => (value as never)?.[step], document)
    expect({ pointer, found }).toEqual({ pointer, found: expect.anything() })
  }
})

test('every row of the table is in it, with its scopes', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
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
  expect(described.sort(byId)).toEqual([...rows].sort(byId))
})

test('its version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(apiVersion).toBe(version)
})

describe('every example is of its schema:', () => {
  const contents = Object.entries(operations as Record<string, OperationContract>).flatMap(
    ([id, { body, responses }]) => [
      ...examplesOf(`${id} takes`, body?.content ?? {}),
      ...Object.entries(responses).flatMap(([status, { content = {} }]) =>
        examplesOf(`${id} responses ${status} with`, content),
      ),
    ],
  )
  test.each(contents)('%s', (_name, schema, example) => {
    // As it is read from the document: what is undefined is not there.
    const { error } = schema.safeParse(JSON.parse(JSON.stringify(example)))
    expect(error?.issues).toBeUndefined()
  })
})

test('the examples of responses are as the document itself describes them', () => {
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

function examplesOf(what: string, contents: Readonly<Record<string, Content>>) {
  return Object.entries(contents).flatMap(([type, { schema, examples }]) =>
    Object.entries(examples).map(([name, value]): [string, z.ZodType, unknown] => [
      `${what} ${type}: ${name}`,
      schema,
      value,
    ]),
  )
}
