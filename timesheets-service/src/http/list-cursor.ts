import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '@timesheets/runtime/secret'
import { invalidParameter } from './call.ts'

const macBytes = 16

/** Makes cursors that say nothing to a caller, and believes only those it made, for the same list. */
export class ListCursors {
  readonly #keys: readonly Buffer[]

  /** @param secrets the first makes, each is believed, so that one can be replaced while pages are being read */
  constructor(secrets: readonly Secret[]) {
    this.#keys = secrets.map((secret) =>
      createHmac('sha256', secret.reveal()).update('timesheets list cursor').digest(),
    )
  }

  /**
   * @param list what the cursor is good for: the list and its filters
   * @param payload where a later page begins
   */
  seal(list: string, payload: string): string {
    return Buffer.concat([mac(this.#keys[0]!, list, payload), Buffer.from(payload)]).toString('base64url')
  }

  /** @throws {ProblemError} `invalid-parameter` where it was made elsewhere, or for another list */
  open(list: string, cursor: string): string {
    const bytes = Buffer.from(cursor, 'base64url')
    const given = bytes.subarray(0, macBytes)
    const payload = bytes.subarray(macBytes).toString()
    const isOurs =
      given.length === macBytes &&
      bytes.toString('base64url') === cursor &&
      this.#keys.some((key) => timingSafeEqual(mac(key, list, payload), given))
    if (!isOurs) throw invalidParameter('cursor', 'is not one that this list has given with these filters')
    return payload
  }
}

function mac(key: Buffer, list: string, payload: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([list, payload]))
    .digest()
    .subarray(0, macBytes)
}
