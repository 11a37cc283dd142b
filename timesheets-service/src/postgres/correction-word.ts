import { type Content, toHours } from '@timesheets/contracts/entry'

/** The source's last word about an approved entry, as it is kept in the column `correction`. */
export type CorrectionWord = { readonly deleted: true } | StoredContent

interface StoredContent {
  readonly user_id: string
  readonly day: string
  readonly instant: string
  readonly date: string
  readonly project: string
  readonly seconds: number
  readonly notes: string | null
}

/** @param content null: a tombstone */
export function wordOf(content: Content | null): CorrectionWord {
  if (content === null) return { deleted: true }
  return {
    user_id: content.userId,
    day: content.day,
    instant: new Date(content.instantMs).toISOString(),
    date: content.dateWritten,
    project: content.project,
    seconds: content.seconds,
    notes: content.notes,
  }
}

/** The content that a word says; null: a tombstone. */
export function contentOfWord(word: CorrectionWord): Content | null {
  if ('deleted' in word) return null
  return {
    userId: word.user_id,
    day: word.day,
    instantMs: Date.parse(word.instant),
    dateWritten: word.date,
    project: word.project,
    seconds: word.seconds,
    notes: word.notes,
  }
}

/** A pending correction as it is read back beside its entry. */
export function readCorrection(word: CorrectionWord) {
  if ('deleted' in word) return { deleted: true as const }
  const { user_id, date, day, project, seconds, notes } = word
  return { user_id, date, day, project, hours: toHours(seconds), ...(notes === null ? {} : { notes }) }
}
