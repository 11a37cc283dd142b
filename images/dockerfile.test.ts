import { describe, expect, test } from '@jest/globals'
import { dockerfile, environmentOf, instructionsOf } from './dockerfile.ts'

const targets = ['gateway', 'timesheets-service', 'contractor-sync', 'migrate', 'local']

/** The words of the last instruction of that kind: it is the one in force. */
const wordsOf = (target: string, keyword: string) =>
  instructionsOf(target)
    .filter((instruction) => instruction.getKeyword() === keyword)
    .at(-1)
    ?.getArguments()
    .map((argument) => argument.getValue())

test('every base is an argument, so that a digest can be given, with a default of an explicit tag', () => {
  const stages = dockerfile.getFROMs().map((from) => from.getBuildStage())
  const bases = dockerfile.getFROMs().map((from) => from.getImage() ?? '')
  const defaults = Object.fromEntries(
    dockerfile
      .getInitialARGs()
      .map((arg) => [`\${${arg.getProperty()?.getName()}}`, arg.getProperty()?.getValue()]),
  )
  for (const base of bases.filter((image) => !stages.includes(image))) {
    expect(Object.keys(defaults)).toContain(base)
    expect(defaults[base]).toMatch(/:[\w.-]+$/)
    expect(defaults[base]).not.toMatch(/:latest$/)
  }
})

describe.each(targets)('%s', (target) => {
  test('runs as a user without rights, by number', () => {
    expect(wordsOf(target, 'USER')).toEqual(['65532:65532'])
  })

  test('is started with no shell', () => {
    const starting = ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']
    for (const instruction of instructionsOf(target)) {
      const isStarting = starting.includes(instruction.getKeyword())
      if (isStarting) expect(instruction.getTextContent()).toMatch(/(ENTRYPOINT|CMD) \["[^\]]*"\]$/)
    }
    expect(wordsOf(target, 'ENTRYPOINT')?.join()).toMatch(/^\["\/nodejs\/bin\/node"/)
  })

  test('runs nothing while it is built: a distroless base has no shell', () => {
    expect(wordsOf(target, 'RUN')).toBeUndefined()
  })

  test('takes in what the build stage made, and nothing from the checkout', () => {
    const copies = instructionsOf(target).filter((instruction) => instruction.getKeyword() === 'COPY')
    for (const copy of copies) expect(copy.getTextContent()).toMatch(/--from=bundles /)
  })

  test('says what it is', () => {
    const labels = instructionsOf(target)
      .map((instruction) => instruction.getTextContent())
      .join('\n')
    for (const name of ['title', 'description', 'licenses', 'version', 'revision']) {
      expect(labels).toContain(`org.opencontainers.image.${name}=`)
    }
  })
})

test.each(['gateway', 'timesheets-service'])('%s is asked for its readiness on its second port', (target) => {
  const environment = environmentOf(target)
  const adminPort = Object.entries(environment).find(([name]) => name.endsWith('_ADMIN_PORT'))?.[1]
  expect(wordsOf(target, 'HEALTHCHECK')?.join(' ')).toContain(`http://127.0.0.1:${adminPort}/readyz`)
  expect(environment.HOST).toBe('0.0.0.0')
})
