import { format, inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import { Secret } from './secret.ts'

test('shows its value only by reveal()', () => {
  const secret = new Secret('a-secret')
  const config = { nested: { secret }, list: [secret] }
  const printed = [
    String(secret),
    `${secret}`,
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: true }),
    inspect(secret),
    format('%s %o %O %j', secret, secret, secret, secret),
    JSON.stringify(Object.entries(secret)),
    String(Object.values({ ...secret })),
    inspect(new Error('x', { cause: secret })),
  ]
  for (const text of printed) expect(text).not.toContain('a-secret')
  expect(String(secret)).toBe('[secret]')
  expect(secret.reveal()).toBe('a-secret')
})
