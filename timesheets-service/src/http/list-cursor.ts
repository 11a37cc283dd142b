import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '@timesheets/runtime/secret'
import type { Place, Sight } from '../domain/entry-filter.ts'
import { invalidParameter } from './call.ts'

/** Where a later page begins, and what the first one saw. */
export interface Position {
  readonly after: Place
  readonly sight: Sight
}

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

  /** @param list what the cursor is good for: the list and its filters */
  seal(list: string, position: Position): string {
    const payload = write(position)
    return Buffer.concat([mac(this.#keys[0]!, list, payload), Buffer.from(payload)]).toString('base64url')
  }

  /** @throws {ProblemError} `invalid-parameter` where it was made elsewhere, or for another list */
  open(list: string, cursor: string): Position {
    const bytes = Buffer.from(cursor, 'base64url')
    const given = bytes.subarray(0, macBytes)
    const payload = bytes.subarray(macBytes).toString()
    const isOurs =
      given.length === macBytes &&
      bytes.toString('base64url') === cursor &&
      this.#keys.some((key) => timingSafeEqual(mac(key, list, payload), given))
    if (!isOurs) throw invalidParameter('cursor', 'is not one that this list has given with these filters')
    return read(payload)
  }
}

function mac(key: Buffer, list: string, payload: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([list, payload]))
    .digest()
    .subarray(0, macBytes)
}

/** Transactions on their way are told by how long before `xmax` they began: a hundred of them still make a short URL. */
function write({ after, sight }: Position): string {
  const before = sight.inProgress.map((xid) => sight.xmax - xid)
  return JSON.stringify([after.day, after.id, sight.takenAtMs, sight.xmax, ...before])
}

function read(payload: string): Position {
  const [day, id, takenAtMs, xmax, ...before]: [string, number, number, number, ...number[]] =
    JSON.parse(payload)
  return { after: { day, id }, sight: { takenAtMs, xmax, inProgress: before.map((age) => xmax - age) } }
}
