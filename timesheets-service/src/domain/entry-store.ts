import type { Content } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'

/** What makes an entry the same entry for ever. */
export interface Identity {
  readonly source: string
  readonly externalId: string
}

/** What is kept of an entry that an upload must know. */
export interface KnownEntry extends Identity {
  readonly id: number
  readonly userId: string
  /** Hex digest of the source's last word; null: a tombstone. */
  readonly digest: string | null
  /** Hex digest of the accepted entry, where the source's last word is another; else null. */
  readonly acceptedDigest: string | null
  readonly approved: boolean
  readonly version: number
}

/** What an upload touches. */
export interface Touched {
  readonly identities: readonly Identity[]
  readonly sources: readonly string[]
}

/** What is kept of the identities and sources that an upload touches. */
export interface Known {
  readonly entries: readonly KnownEntry[]
  /** Source → the client that it belongs to. */
  readonly owners: ReadonlyMap<string, string>
}

/** The row that is there, at the version that was read. */
export interface ReadRow {
  readonly id: number
  readonly version: number
}

/** The source's last word becomes the accepted entry. */
export interface Acceptance {
  readonly kind: 'accept'
  readonly source: string
  readonly externalId: string | null
  /** Null: the content stays as it is, under a tombstone. */
  readonly content: Content | null
  /** Hex digest of the source's last word; null: a tombstone. */
  readonly digest: string | null
  /** Null: there is none yet. */
  readonly row: ReadRow | null
}

/** The source's last word is kept beside an approved entry, which stays as it is. */
export interface Holding {
  readonly kind: 'hold'
  /** Null: a tombstone. */
  readonly word: Content | null
  readonly digest: string | null
  /** Hex digest of the accepted entry; the same as `digest`: the source took its correction back. */
  readonly acceptedDigest: string | null
  readonly row: ReadRow
}

/** How an entry shall stand after an upload. */
export type Change = Acceptance | Holding

/** All that one upload writes. */
export interface Writing {
  readonly clientId: string
  /** Sources that nobody had, and that become this client's. */
  readonly claims: readonly string[]
  readonly changes: readonly Change[]
  /** Whether to read the entries back in the same transaction: after its COMMIT nothing may fail any more. */
  readonly readBack: boolean
}

/** What a writing left behind. */
export interface Written {
  /** Of each change. */
  readonly ids: readonly number[]
  /** Of each change, where they were to be read back. */
  readonly entries: readonly StoredEntry[]
}

/** What an upload needs of the database. */
export interface EntryStore {
  /** Takes no lock. */
  find(touched: Touched): Promise<Known>
  /**
   * Writes all or nothing.
   * @returns undefined where somebody else was faster and nothing was written
   */
  write(writing: Writing): Promise<Written | undefined>
  /**
   * Finds with the entries held, decides, and writes, so that no other writer of them comes in between.
   * @returns undefined where somebody else was faster all the same, with an entry or a source that is new
   */
  findAndWrite(touched: Touched, decide: (known: Known) => Writing): Promise<Written | undefined>
  /** One entry as it is read back. */
  read(id: number): Promise<StoredEntry>
}
