import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'

/** A private RS256 key as a JWK; `kid` is always there. */
export type SigningKey = JWK & { readonly kid: string }

interface Ring {
  readonly current: SigningKey
  readonly next: SigningKey
  /** Newest first: they sign nothing any more, but what they signed still verifies. */
  readonly previous: readonly SigningKey[]
}

/**
 * The signing keys of the tenant, as Auth0 keeps them: the current one, the next one (published ahead, so that
 * caches know it before it signs) and those before, until they are revoked. They live in `keys.json` of the
 * data folder, so tokens outlive a restart.
 * https://auth0.com/docs/get-started/tenant-settings/signing-keys
 */
export class Keys {
  readonly #file: string
  #ring: Ring
  #changes: Promise<unknown> = Promise.resolve()
  #onChange: () => void = () => {}

  private constructor(file: string, ring: Ring) {
    this.#file = file
    this.#ring = ring
  }

  /** The keys kept in `dataDir`; at the first start new ones. */
  static async open(dataDir: string): Promise<Keys> {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const file = join(dataDir, 'keys.json')
    const kept = await readRing(file)
    if (kept !== undefined) return new Keys(file, kept)
    const [current, next] = await Promise.all([generateKey(), generateKey()])
    const fresh: Ring = { current, next, previous: [] }
    await writeRing(file, fresh)
    return new Keys(file, fresh)
  }

  get current(): SigningKey {
    return this.#ring.current
  }

  /** All that the JWKS shows, as private keys; the first is the one that signs. */
  get all(): readonly SigningKey[] {
    return [this.#ring.current, this.#ring.next, ...this.#ring.previous]
  }

  /** Calls back after each rotation and revocation. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** The next key becomes the current one, the current one a previous one, and a new next key appears. */
  rotate(): Promise<void> {
    return this.#change(async ({ current, next, previous }) => ({
      current: next,
      next: await generateKey(),
      previous: [current, ...previous],
    }))
  }

  /** Drops the previous keys: what they signed is refused as soon as caches are refreshed. */
  revoke(): Promise<void> {
    return this.#change(async (ring) => ({ ...ring, previous: [] }))
  }

  /** One change after the other, and written before it is in force. */
  #change(make: (ring: Ring) => Promise<Ring>): Promise<void> {
    const change = this.#changes.then(async () => {
      const ring = await make(this.#ring)
      await writeRing(this.#file, ring)
      this.#ring = ring
      this.#onChange()
    })
    this.#changes = change.catch(() => {})
    return change
  }
}

/** Signs a payload as it is, whatever it claims. */
export function sign(payload: object, key: SigningKey, header: object = {}): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ typ: 'JWT', kid: key.kid, ...header, alg: 'RS256' })
    .sign(key)
}

export async function generateKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
  return {
    ...(await exportJWK(privateKey)),
    kid: randomBytes(16).toString('base64url'),
    use: 'sig',
    alg: 'RS256',
  }
}

async function readRing(file: string): Promise<Ring | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const ring = JSON.parse(text) as Ring
    if ([ring.current, ring.next, ...ring.previous].every((key) => typeof key.kid === 'string' && key.d))
      return ring
  } catch {
    // Falls to the one message below: which way the file is broken helps nobody.
  }
  throw new Error(`${file} holds no signing keys of the local issuer; delete it and new ones are made.`)
}

/** A reader sees the file before or after, never half of it. */
async function writeRing(file: string, ring: Ring): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, JSON.stringify(ring), { mode: 0o600 })
  await rename(draft, file)
}
