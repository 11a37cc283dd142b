import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DockerfileParser, type Env, type Instruction } from 'dockerfile-ast'

const text = readFileSync(fileURLToPath(new URL('../Dockerfile', import.meta.url)), 'utf8')
export const dockerfile = DockerfileParser.parse(text)

/** Lists the instructions of a stage, after those of its base stages. */
export function listInstructions(target: string): readonly Instruction[] {
  const from = dockerfile.getFROMs().find((instruction) => instruction.getBuildStage() === target)
  if (from === undefined) throw new Error(`The Dockerfile has no stage ${target}`)
  const line = from.getRange().start.line
  const later = dockerfile.getFROMs().map((other) => other.getRange().start.line)
  const end = later.find((other) => other > line) ?? Number.POSITIVE_INFINITY
  const own = dockerfile.getInstructions().filter((instruction) => {
    const at = instruction.getRange().start.line
    return at >= line && at < end
  })
  const base = from.getImage() ?? ''
  const isStage = dockerfile.getFROMs().some((other) => other.getBuildStage() === base)
  return isStage ? [...listInstructions(base), ...own] : own
}

/** Reads the environment variables that an image sets. */
export function readImageEnvironment(target: string): Record<string, string> {
  const instructions = listInstructions(target).filter((instruction) => instruction.getKeyword() === 'ENV')
  const properties = instructions.flatMap((instruction) => (instruction as Env).getProperties())
  return Object.fromEntries(properties.map((property) => [property.getName(), property.getValue() ?? '']))
}
