import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const cwd = fileURLToPath(new URL('.', import.meta.url))

/** Starts a process of its own with this code. */
function start(code: string, stdout: 'pipe' | number = 'pipe') {
  return spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd,
    stdio: ['ignore', stdout, 'pipe'],
  })
}

const logger = "import { BufferedOutput, createLogger } from '@timesheets/runtime/logger';"
const twoLines = "logger.warn('one'); logger.warn('two');"

describe('a process whose log cannot be written ends', () => {
  test.each([
    ['that exits at once', `const logger = createLogger('x', 'info'); ${twoLines} process.exit(7)`],
    [
      'that exits later',
      `const logger = createLogger('x', 'info'); ${twoLines} setTimeout(() => { ${twoLines} process.exit(7) }, 50)`,
    ],
    [
      'with a buffered log',
      `const logger = createLogger('x', 'info', new BufferedOutput()); ${twoLines} process.exit(7)`,
    ],
    [
      'that logs much',
      `const logger = createLogger('x', 'info'); for (let i = 0; i < 20_000; i++) ${twoLines} process.exitCode = 7`,
    ],
  ])('%s, with its exit code', async (_what, code) => {
    // The process waits until its reader is gone.
    const waiting = `${logger} await new Promise((resolve) => setTimeout(resolve, 300)); ${code}`
    const gone = start(waiting)
    gone.stdout!.destroy()
    const [stderr, [exitCode]] = await Promise.all([text(gone.stderr!), once(gone, 'exit')])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 7 })

    const disk = openSync('/dev/full', 'w')
    const full = start(waiting, disk)
    closeSync(disk)
    expect((await once(full, 'exit'))[0]).toBe(7)
  })
})

test('a process writes its last lines before it exits', async () => {
  const child = start(
    `${logger} createLogger('x', 'info').warn('one'); createLogger('x', 'info', new BufferedOutput()).warn('two'); process.exit(0)`,
  )
  const lines = (await text(child.stdout!)).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two'])
})

test('a server whose service does not close exits with 1 and says so', async () => {
  const child = start(`${logger}
    import { startServer } from '@timesheets/runtime/http/server'
    import { runServer } from '@timesheets/runtime/process'
    const logger = createLogger('x', 'info')
    const config = { host: '127.0.0.1', port: 0, adminPort: 0, drainWaitMs: 0, drainDeadlineMs: 0 }
    const service = { app() {}, readiness: async () => ({}), close: () => new Promise(() => {}) }
    await runServer('x', logger, () => startServer('x', service, config, logger))
    process.kill(process.pid, 'SIGTERM')`)
  const [stdout, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit')])
  expect(code).toBe(1)
  expect(stdout).toContain('The service did not close within 5 s')
})
