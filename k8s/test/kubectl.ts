import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, test } from '@jest/globals'

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

/**
 * Declares a group of tests of rendered manifests. When kubectl is missing or too old, they are skipped with a warning;
 * with REQUIRE_KUBECTL=true, as in continuous integration, they fail.
 */
export function describeManifests(name: string, tests: () => void): void {
  const reason = findSkipReason()
  if (reason === undefined) {
    describe(name, tests)
  } else if (process.env.REQUIRE_KUBECTL === 'true') {
    test(name, () => {
      throw new Error(`REQUIRE_KUBECTL=true, but manifests cannot be rendered: ${reason}`)
    })
  } else {
    console.warn(`SKIPPED, since ${reason}: ${name}. Install kubectl 1.27 or later to run these tests.`)
    describe.skip(`${name} (skipped: ${reason})`, tests)
  }
}
