import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '@timesheets/runtime/secret'
import { invalidParameter } from './query.ts'

const macBytes = 16

/**
 * Creates opaque cursors, and accepts only cursors that it created for the same list. A cursor's payload goes into a
 * statement, so it is authenticated with a key that every replica has.
 */
export class Cursors {
  readonly #keys: readonly Buffer[]

  /** @param secrets the first one signs; each is accepted, so that a secret can be replaced while pages are read */
  constructor(secrets: readonly Secret[]) {
    this.#keys = secrets.map((secret) =>
      createHmac('sha256', secret.reveal()).update('timesheets list cursor').digest(),
    )
  }

  /**
   * @param list names the list and its filters; the cursor is valid for no other
   * @param payload the position of the next page
   */
  seal(list: string, payload: string): string {
    const mac = computeMac(this.#keys[0]!, list, payload)
    return Buffer.concat([mac, Buffer.from(payload)]).toString('base64url')
  }

  /** @throws {ProblemError} `invalid-parameter` for a cursor of another list, or of another server */
  open(list: string, cursor: string): string {
    const bytes = Buffer.from(cursor, 'base64url')
    const mac = bytes.subarray(0, macBytes)
    const payload = bytes.subarray(macBytes).toString()
    const isValid =
      mac.length === macBytes &&
      bytes.toString('base64url') === cursor &&
      this.#keys.some((key) => timingSafeEqual(computeMac(key, list, payload), mac))
    if (!isValid) throw invalidParameter('cursor', 'was not created by this list with these filters')
    return payload
  }
}

function computeMac(key: Buffer, list: string, payload: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([list, payload]))
    .digest()
    .subarray(0, macBytes)
}
