import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describeWithTool } from './optional-tool.ts'

/** The first version with components and with labels in pod templates. Debian 12 has an older one. */
const oldestKustomize = 5

/** Runs kubectl in the folder `k8s` and returns its standard output. */
export function kubectl(args: readonly string[], options: { input?: string } = {}): string {
  return execFileSync('kubectl', args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  })
}

/** Returns the reason why manifests cannot be rendered; undefined when they can. */
function findSkipReason(): string | undefined {
  try {
    const { kustomizeVersion = 'v0' } = JSON.parse(kubectl(['version', '--client', '--output=json'])) as {
      kustomizeVersion?: string
    }
    const major = Number(/^v(\d+)/.exec(kustomizeVersion)?.[1])
    return major >= oldestKustomize
      ? undefined
      : `the kustomize of this kubectl is too old (${kustomizeVersion})`
  } catch {
    return 'there is no kubectl'
  }
}

/** Declares a group of tests of rendered manifests, which need kubectl (`describeWithTool`). */
export function describeManifests(name: string, tests: () => void): void {
  const kubectlTool = {
    skipReason: findSkipReason(),
    variable: 'REQUIRE_KUBECTL',
    install: 'Install kubectl 1.27 or later to run these tests.',
  }
  describeWithTool(name, kubectlTool, tests)
}
