import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'

/** A private RS256 key as a JWK with a `kid`. */
export type SigningKey = JWK & { readonly kid: string }

interface KeySet {
  readonly current: SigningKey
  readonly next: SigningKey
  /** Newest first. They sign no new tokens, but tokens that they signed stay valid. */
  readonly previous: readonly SigningKey[]
}

/**
 * The signing keys of the tenant, as in Auth0: the current key, the next key (published early, so that caches know it
 * before it signs), and the previous keys until they are revoked. They are stored in `keys.json` of the data folder, so
 * tokens stay valid after a restart.
 * https://auth0.com/docs/get-started/tenant-settings/signing-keys
 */
export class Keys {
  readonly #file: string
  #keySet: KeySet
  #updates: Promise<unknown> = Promise.resolve()
  #onChange: () => void = () => {}

  private constructor(file: string, keySet: KeySet) {
    this.#file = file
    this.#keySet = keySet
  }

  /** Reads the keys from `dataDir`, or generates them at the first start. */
  static async open(dataDir: string): Promise<Keys> {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const file = join(dataDir, 'keys.json')
    const kept = await readKeySet(file)
    if (kept !== undefined) return new Keys(file, kept)
    const [current, next] = await Promise.all([generateKey(), generateKey()])
    const fresh: KeySet = { current, next, previous: [] }
    await writeKeySet(file, fresh)
    return new Keys(file, fresh)
  }

  get current(): SigningKey {
    return this.#keySet.current
  }

  /** The private keys of all keys in the JWKS. The first one signs. */
  get all(): readonly SigningKey[] {
    return [this.#keySet.current, this.#keySet.next, ...this.#keySet.previous]
  }

  /** Sets the listener that is called after each rotation and revocation. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** Makes the next key the current one, keeps the current one as a previous key, and generates a new next key. */
  rotate(): Promise<void> {
    return this.#update(async ({ current, next, previous }) => ({
      current: next,
      next: await generateKey(),
      previous: [current, ...previous],
    }))
  }

  /** Removes the previous keys: resource servers reject their tokens after the next refresh of the JWKS. */
  revoke(): Promise<void> {
    return this.#update(async (keySet) => ({ ...keySet, previous: [] }))
  }

  /** Runs updates one after the other. Writes the file before the new keys are used. */
  #update(change: (keySet: KeySet) => Promise<KeySet>): Promise<void> {
    const update = this.#updates.then(async () => {
      const keySet = await change(this.#keySet)
      await writeKeySet(this.#file, keySet)
      this.#keySet = keySet
      this.#onChange()
    })
    this.#updates = update.catch(() => {})
    return update
  }
}

/** Signs a payload without checking its claims. */
export function sign(payload: object, key: SigningKey, header: object = {}): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ ...withoutNulls({ typ: 'JWT', kid: key.kid, ...header }), alg: 'RS256' })
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

async function readKeySet(file: string): Promise<KeySet | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const keySet = JSON.parse(text) as KeySet
    if (
      [keySet.current, keySet.next, ...keySet.previous].every((key) => typeof key.kid === 'string' && key.d)
    )
      return keySet
  } catch {
    // Not JSON: the error below applies.
  }
  throw new Error(
    `${file} contains no signing keys of the local issuer. Delete it, and new keys are generated.`,
  )
}

/** Writes the file atomically. */
async function writeKeySet(file: string, keySet: KeySet): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, JSON.stringify(keySet), { mode: 0o600 })
  await rename(draft, file)
}

/** A test removes a header parameter by setting it to null. */
function withoutNulls(header: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(header).filter(([, value]) => value !== null))
}
