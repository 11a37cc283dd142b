import { describe, expect, test } from '@jest/globals'
import { operations } from '@timesheets/contracts/operation'
import type { OperationContract } from '@timesheets/contracts/operation-contract'
import { type OperationId, routes } from '@timesheets/contracts/route'
import supertest from 'supertest'
import { Client, signedHeaders } from './client.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const scopes = [...new Set(routes.flatMap((route) => [...route.scopes]))]
const client = new Client(() => service().app, { client: 'web', person: 'maya@exampleco.com', scopes })

const rows = routes
  .filter(({ servedBy }) => servedBy === 'timesheets-service')
  .map(({ method, path, operationId }) => ({
    method,
    target: path.replace('{id}', '1').replace('{user_id}', '007'),
    operationId: operationId as OperationId,
    contract: operations[operationId as OperationId] as OperationContract,
  }))

/** Sends the smallest request that an operation may get. */
const send = ({ method, target, contract }: (typeof rows)[number], headers: Record<string, string> = {}) =>
  client.request(method, target, contract.body === undefined ? undefined : {}, headers)

test('is an express app that responds without a server of its own', async () => {
  const { app } = service()
  // The properties by which express composes apps.
  expect([typeof app.use, typeof app.router.stack]).toEqual(['function', 'object'])
  const headers = signedHeaders('GET', '/people', { client: 'web', person: 'maya', scopes })
  expect((await supertest(app).get('/people').set(headers)).status).toBe(200)
})

describe.each(rows)('$operationId', (row) => {
  test('is mounted', async () => {
    const { body } = await send(row)
    expect(body?.detail).not.toBe('This API has no such path')
  })

  test('forbids caches to store the response', async () => {
    const { headers } = await send(row)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('rejects an unknown query parameter', async () => {
    const { status, body } = await client.request(
      row.method,
      `${row.target}?colour=red`,
      row.contract.body && {},
    )
    expect([status, body.type, body.parameter]).toEqual([400, '/problems/invalid-parameter', 'colour'])
  })

  test.each(['If-Match', 'Idempotency-Key', 'Sync-Run'])(
    'honours the header %s, or rejects it',
    async (name) => {
      const isSupported = (row.contract.headers as readonly string[] | undefined)?.includes(name) ?? false
      const { body } = await send(row, { [name]: '"7"' })
      const isRejected = body?.type === '/problems/invalid-parameter' && body.parameter === name
      expect(isRejected).toBe(!isSupported)
    },
  )
})
