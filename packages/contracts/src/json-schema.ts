import { z } from 'zod'

/** A JSON Schema of draft 2020-12, which OpenAPI 3.1 uses. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Converts zod schemas to JSON Schema. A schema with an `id` is kept once, in `components.schemas`, and referenced. */
export class SchemaRegistry {
  readonly #definitions: Record<string, JsonSchema> = {}

  /**
   * @param io `input` for requests, `output` for responses: a field with a default is optional in requests only
   * @throws an Error if two different schemas have the same `id`
   */
  toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // zod makes a reference only of a nested schema, so the schema is nested in an array.
    const { items, $defs = {} } = z.toJSONSchema(z.array(schema), { io, override: removeRedundancies })
    for (const [id, definition] of Object.entries($defs)) this.#define(id, rewriteRefs(definition))
    return rewriteRefs(items)
  }

  /** The referenced schemas, sorted by `id`. */
  get schemas(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(Object.entries(this.#definitions).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  #define(id: string, definition: JsonSchema): void {
    const known = this.#definitions[id]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition))
      throw new Error(`Two different schemas have the id ${id}`)
    this.#definitions[id] = definition
  }
}

/** Removes what zod adds to a schema: the bounds of safe integers, and the pattern of a format. */
function removeRedundancies({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}

function rewriteRefs(schema: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
