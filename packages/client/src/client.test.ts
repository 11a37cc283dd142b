import { expect, test } from '@jest/globals'
import { createTimesheetsClient, nextCursor } from './client.ts'

test('a call is the request that the document describes', async () => {
  const seen: Request[] = []
  const client = createTimesheetsClient({
    baseUrl: 'https://api.exampleco.com',
    async fetch(request) {
      seen.push(request)
      return Response.json([], { headers: { link: '<https://x/people?limit=2&cursor=a%2Bb>; rel="next"' } })
    },
  })
  const { data, response } = await client.GET('/people', { params: { query: { limit: 2 } } })
  expect(data).toEqual([])
  expect(nextCursor(response)).toBe('a+b')
  await client.PUT('/people/{user_id}', {
    params: { path: { user_id: 'a/b c' } },
    body: { emails: ['kim@exampleco.com'] },
  })
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET https://api.exampleco.com/people?limit=2',
    'PUT https://api.exampleco.com/people/a%2Fb%20c',
  ])
  expect(await seen[1]!.json()).toEqual({ emails: ['kim@exampleco.com'] })
})

test('the last page has none that follows', () => {
  for (const link of [
    undefined,
    '<https://x/people?cursor=a>; rel="prev"',
    '<https://x/people>; rel="next"',
  ]) {
    const headers = new Headers(link === undefined ? {} : { link })
    expect(nextCursor({ headers })).toBeUndefined()
  }
})
