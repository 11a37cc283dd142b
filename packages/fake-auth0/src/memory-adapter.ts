import type { Adapter } from 'oidc-provider'

interface StoredItem {
  readonly payload: Record<string, unknown>
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

const maxEntries = 10_000

/**
 * Creates oidc-provider's storage of logins, codes and sessions: in memory, bounded, evicting the oldest item first. It
 * survives the provider, which is created again when keys change.
 */
export function createMemoryAdapter(): (model: string) => Adapter {
  const kept = new Map<string, StoredItem>()

  function find(key: string): Record<string, unknown> | undefined {
    const entry = kept.get(key)
    if (entry !== undefined && entry.expiresAt > Date.now()) return entry.payload
    kept.delete(key)
    return undefined
  }

  function findBy(model: string, member: string, value: string): Record<string, unknown> | undefined {
    for (const [key, { payload }] of kept) {
      if (key.startsWith(`${model}:`) && payload[member] === value) return find(key)
    }
    return undefined
  }

  return (model) => ({
    async upsert(id, payload, expiresInSeconds) {
      const key = `${model}:${id}`
      kept.delete(key)
      const expiresAt =
        expiresInSeconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresInSeconds * 1000
      kept.set(key, { payload, expiresAt })
      for (const oldest of kept.keys()) {
        if (kept.size <= maxEntries) break
        kept.delete(oldest)
      }
    },
    find: async (id) => find(`${model}:${id}`),
    findByUid: async (uid) => findBy(model, 'uid', uid),
    findByUserCode: async (code) => findBy(model, 'userCode', code),
    async consume(id) {
      const payload = find(`${model}:${id}`)
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      kept.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key)
    },
  })
}
