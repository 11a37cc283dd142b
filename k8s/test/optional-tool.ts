import { describe, test } from '@jest/globals'

/**
 * Declares a group of tests that need a tool. Where it cannot be used, they are skipped with a warning; where the environment
 * variable is `true`, as in continuous integration, they fail.
 */
export function describeWithTool(
  name: string,
  tool: { readonly skipReason: string | undefined; readonly variable: string; readonly install: string },
  tests: () => void,
): void {
  const { skipReason, variable, install } = tool
  if (skipReason === undefined) {
    describe(name, tests)
  } else if (process.env[variable] === 'true') {
    test(name, () => {
      throw new Error(`${variable}=true, but ${skipReason}`)
    })
  } else {
    console.warn(`SKIPPED, since ${skipReason}: ${name}. ${install}`)
    describe.skip(`${name} (skipped: ${skipReason})`, tests)
  }
}
