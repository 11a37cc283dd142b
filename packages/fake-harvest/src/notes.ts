import { chance, pick, type Random } from './random.ts'

/** Notes as people write them, including text that breaks code without proper CSV, JSON, SQL or HTML escaping. */
const remarks = [
  'Adding CSS styling',
  'Code review',
  'Pairing on the importer',
  'Weekly call with the client',
  'Fixed the "Add to cart" button; it said \'Ad to cart\'',
  'Bug hunt 🐛🔥',
  'Deployed, then rolled back 😬 👩🏽‍💻',
  'First line\nSecond line\n\n- a list\n- of things',
  'Windows line\r\nends',
  'Tab\there, comma, semicolon; done',
  'C:\\temp\\export.csv',
  '=SUM(A1:A9) does not add up',
  "Robert'); DROP TABLE timesheets;--",
  '<b>bold</b> & <script>alert(1)</script>',
  '100 % done',
  'Besprechung mit Jürgen über die Maße',
  'レビューと修正',
  'Обговорили вимоги',
  'مراجعة التصميم',
  // "Café" with a combining accent: the same text as the next note in another Unicode normalization form.
  'Cafe\u0301 menu',
  'Caf\u00e9 menu',
  '  padded on both sides  ',
  '',
  `Long: ${'the migration script ran, stopped, and ran again; '.repeat(8)}`,
]

/** Picks a note for an entry; most entries have none. */
export function pickNote(next: Random): string | null {
  return chance(next, 0.4) ? pick(next, remarks) : null
}
