import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Namespace } from './cluster.ts'

const tryCluster = fileURLToPath(new URL('./try-cluster.ts', import.meta.url))
const inheritedPath = process.env.PATH

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kubectl-'))
  process.env.PATH = `${folder}:${inheritedPath}`
})

afterEach(() => {
  process.env.PATH = inheritedPath
  rmSync(folder, { recursive: true })
})

/**
 * Installs a kubectl that records its arguments.
 * @param outputs its output by a part of its command line; without a match it fails
 */
function installKubectl(outputs: Record<string, string>): void {
  const cases = Object.entries(outputs).map(([part, output]) => `*"${part}"*) echo '${output}';;`)
  const script = `#!/bin/sh\necho "$*" >> ${folder}/calls\ncase "$*" in\n${cases.join('\n')}\n*) echo "unexpected: $*" >&2; exit 1;;\nesac\n`
  writeFileSync(path.join(folder, 'kubectl'), script)
  chmodSync(path.join(folder, 'kubectl'), 0o755)
}

const readCalls = () =>
  existsSync(`${folder}/calls`) ? readFileSync(`${folder}/calls`, 'utf8').trim().split('\n') : []

const completed = JSON.stringify({ status: { conditions: [{ type: 'Complete', status: 'True' }] } })
const failed = JSON.stringify({
  status: { conditions: [{ type: 'Failed', status: 'True', reason: 'PodFailurePolicy' }] },
})

test('waitForJob returns the logs of the last pod', async () => {
  installKubectl({
    'get job sync': completed,
    '--sort-by=.metadata.creationTimestamp': 'pod/sync-failed\npod/sync-succeeded',
    'logs pod/sync-succeeded': 'the last attempt',
  })
  expect(await new Namespace('space', 'kind-test').waitForJob('sync', 5)).toBe('the last attempt')
  for (const call of readCalls()) expect(call).toMatch(/^--context kind-test --namespace space /)
})

test('waitForJob reports the pods and the last logs of a failed Job', async () => {
  installKubectl({
    'get job migrate': failed,
    '--sort-by=.metadata.creationTimestamp': 'pod/migrate-1',
    'get pods --selector=job-name=migrate': 'migrate-1  0/1  CreateContainerConfigError',
    'logs pod/migrate-1': 'the reason',
  })
  const waiting = new Namespace('space', 'kind-test').waitForJob('migrate', 5)
  await expect(waiting).rejects.toThrow(
    /failed \(PodFailurePolicy\):\nmigrate-1 {2}0\/1 {2}CreateContainerConfigError\n\nthe reason/,
  )
})

test.each([
  [[], ''],
  [['staging'], 'kubectl has no context "staging". '],
])('try-cluster changes no cluster whose context is not named: %j', (args, wrong) => {
  installKubectl({ 'config get-contexts': 'production\nkind-kind', 'config current-context': 'production' })
  const { status, stderr } = spawnSync(process.execPath, [tryCluster, ...args], {
    encoding: 'utf8',
    env: process.env,
  })
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `${wrong}Name the cluster:\n  npm run test:k8s -- <context>\nContexts: production, kind-kind\n`,
  })
  expect(readCalls()).toEqual(['config get-contexts --output=name'])
})
