import { z } from 'zod'

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Turns zod's schemas into JSON Schema; those with an `id` stand once, in `components.schemas`. */
export class SchemaRegistry {
  readonly #registry: Record<string, JsonSchema> = {}

  /**
   * @param io what is taken, or what is answered: a member with a default is optional in the first alone
   * @throws an Error where two schemas have the same `id`
   */
  toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // In an array even a schema that has an `id` itself becomes a reference.
    const { items, $defs = {} } = z.toJSONSchema(z.array(schema), { io, override: withoutNoise })
    for (const [id, definition] of Object.entries($defs)) this.#keep(id, rewriteRefs(definition))
    return rewriteRefs(items)
  }

  /** By `id`. */
  get schemas(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(Object.entries(this.#registry).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  #keep(id: string, definition: JsonSchema): void {
    const known = this.#registry[id]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition))
      throw new Error(`Two schemas are called ${id}`)
    this.#registry[id] = definition
  }
}

/** What zod says beyond what was meant: the bounds of every integer, and what a format says already. */
function withoutNoise({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}

function rewriteRefs(schema: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
