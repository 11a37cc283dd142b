import { describe, expect, test } from '@jest/globals'
import { dockerfile, listInstructions, readImageEnvironment } from './dockerfile.ts'

const targets = ['gateway', 'timesheets-service', 'contractor-sync', 'migrate', 'local']

/** Reads the arguments of the last instruction of a kind, which is the effective one. */
const readArguments = (target: string, keyword: string) =>
  listInstructions(target)
    .filter((instruction) => instruction.getKeyword() === keyword)
    .at(-1)
    ?.getArguments()
    .map((argument) => argument.getValue())

test('each base image is a build argument, whose default has an explicit tag', () => {
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
  test('runs as a numeric user without privileges', () => {
    expect(readArguments(target, 'USER')).toEqual(['65532:65532'])
  })

  test('starts without a shell', () => {
    const starting = ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']
    for (const instruction of listInstructions(target)) {
      const isStarting = starting.includes(instruction.getKeyword())
      if (isStarting) expect(instruction.getTextContent()).toMatch(/(ENTRYPOINT|CMD) \["[^\]]*"\]$/)
    }
    expect(readArguments(target, 'ENTRYPOINT')?.join()).toMatch(/^\["\/nodejs\/bin\/node"/)
  })

  test('has no RUN instruction, because a distroless base has no shell', () => {
    expect(readArguments(target, 'RUN')).toBeUndefined()
  })

  test('copies only from the build stage, not from the checkout', () => {
    const copies = listInstructions(target).filter((instruction) => instruction.getKeyword() === 'COPY')
    for (const copy of copies) expect(copy.getTextContent()).toMatch(/--from=bundles /)
  })

  test('has the labels of the OCI image specification', () => {
    const labels = listInstructions(target)
      .map((instruction) => instruction.getTextContent())
      .join('\n')
    for (const name of ['title', 'description', 'licenses', 'version', 'revision']) {
      expect(labels).toContain(`org.opencontainers.image.${name}=`)
    }
  })
})

test.each(['gateway', 'timesheets-service'])('the health check of %s requests its admin port', (target) => {
  const environment = readImageEnvironment(target)
  const adminPort = Object.entries(environment).find(([name]) => name.endsWith('_ADMIN_PORT'))?.[1]
  expect(readArguments(target, 'HEALTHCHECK')?.join(' ')).toContain(`http://127.0.0.1:${adminPort}/readyz`)
  expect(environment.HOST).toBe('0.0.0.0')
})
