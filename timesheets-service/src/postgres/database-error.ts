/** What Prisma, its adapter, the driver or Node say of an error; each says it elsewhere. */
interface Layer {
  /** Prisma's `P…`, Node's `E…`, or the driver's SQLSTATE. */
  readonly code?: unknown
  readonly message?: unknown
  /** The adapter's word for it. */
  readonly kind?: unknown
  /** Postgres' severity: FATAL ends the session. */
  readonly severity?: unknown
  /** SQLSTATE, where the adapter has put a word of its own in front of it. */
  readonly originalCode?: unknown
  readonly cause?: unknown
  readonly meta?: { readonly driverAdapterError?: unknown }
}

/**
 * An error of the database from the outside in. A raw call's error is P2010 whatever happened, a typed call's
 * has a code for some causes, and COMMIT's is the adapter's own: what they share lies in the layers below.
 */
export function layersOf(error: unknown): Layer[] {
  const layers: Layer[] = []
  let layer = error as Layer | null | undefined
  while (typeof layer === 'object' && layer !== null && layers.length < 8) {
    layers.push(layer)
    layer = (layer.meta?.driverAdapterError ?? layer.cause) as Layer | undefined
  }
  return layers
}

/** Postgres' own five characters for what went wrong, where it said anything. */
export function sqlStateOf(error: unknown): string | undefined {
  return layersOf(error)
    .map((layer) => layer.originalCode)
    .find((code) => typeof code === 'string')
}
