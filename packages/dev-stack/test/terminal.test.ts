import { expect, jest, test } from '@jest/globals'
import type { StackFile } from '../src/stack-file.ts'
import { terminal } from '../src/terminal.ts'

const url = 'http://127.0.0.1:65535'
const stack = {
  gateway: url,
  issuer: `${url}/`,
  tracker: url,
  database: 'postgresql://postgres:secret@127.0.0.1:65535/timesheets',
  admin: { gateway: url, 'timesheets-service': url },
} as unknown as StackFile

test('all lines of npm start fit 80 columns, and show no password', () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {})
  for (const name of ['postgres', 'timesheets-service']) terminal.ready(name, stack.database, 123_456)
  terminal.printAddresses(stack, true, './.local/stack.json')
  const lines = log.mock.calls.flatMap(([text]) => String(text).split('\n'))
  log.mockRestore()
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines.join('\n')).not.toContain('secret')
})
