import type { EntryBody } from '@timesheets/contracts/entry'

/** An entry of the contract, with the identity that makes its repeat safe. */
export type SyncedEntry = EntryBody & { readonly source: string; readonly external_id: string }
