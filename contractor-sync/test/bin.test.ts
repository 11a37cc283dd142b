import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const { bin } = readJson('../package.json')
const launcher = fileURLToPath(new URL(`../${bin['contractor-sync']}`, import.meta.url))

const run = (...args: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { stdout, stderr, status }
}

test('the command contractor-sync runs the program, with its arguments and exit code', () => {
  expect(run(launcher, '--help')).toMatchObject({ stdout: expect.stringContaining('Usage: '), status: 0 })
  expect(run(launcher, 'walk')).toMatchObject({ stderr: expect.stringContaining('walk: '), status: 2 })
})

test('an old Node says in one line what is needed', () => {
  const old = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })"
  expect(run('--eval', `${old}; require(${JSON.stringify(launcher)})`)).toEqual({
    stdout: '',
    stderr: expect.stringMatching(
      /^contractor-sync needs Node 24 or newer, and this is Node 20\.20\.2; .*\n$/,
    ),
    status: 2,
  })
})

test('npm ci links the command, so that npx runs it and asks no registry', () => {
  expect(readJson('../../package-lock.json').packages['contractor-sync'].bin).toEqual(bin)
})
