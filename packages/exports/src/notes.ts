import { maxNotesCharacters } from '@timesheets/contracts/fields'

/** What was changed in the notes of an entry, so that its hours can be stored. */
export type NotesChange = 'repaired' | 'shortened'

/** Replaces what cannot be stored: U+0000, and half of a surrogate pair. */
const replacement = '\ufffd'

/**
 * Makes notes that the API accepts. Notes are for people, and must not cost hours: what cannot be stored is replaced, and
 * notes that are too long end with an ellipsis.
 */
export function fitNotes(notes: string): { readonly notes: string; readonly change?: NotesChange } {
  const repaired =
    notes.isWellFormed() && !notes.includes('\0') ? notes : notes.toWellFormed().replaceAll('\0', replacement)
  // Each character has at most two code units.
  if (repaired.length > maxNotesCharacters) {
    const characters = [...repaired.slice(0, 2 * maxNotesCharacters + 1).toWellFormed()]
    if (characters.length > maxNotesCharacters)
      return { notes: `${characters.slice(0, maxNotesCharacters - 1).join('')}…`, change: 'shortened' }
  }
  return repaired === notes ? { notes } : { notes: repaired, change: 'repaired' }
}
