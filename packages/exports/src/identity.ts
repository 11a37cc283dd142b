import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { memoize } from './memo.ts'

/** The content that identifies a row without an id. The hours are not in it, so that a changed duration is an update. */
export interface IdentifyingContent {
  readonly person: string
  /** `YYYY-MM-DD`. */
  readonly day: string
  /** `HH:mm:ss` as it was written, so that it does not depend on a time zone. */
  readonly start: string | undefined
  readonly project: string
  readonly task: string | undefined
  readonly notes: string | null
}

/**
 * An identity derived from a row. It is a hash, because notes may be private. The project's own hash and the start are
 * visible in it, so that a changed row can be paired with its earlier version without the contents of that version.
 */
export interface DerivedIdentity {
  /** 32 hexadecimal digits, of all identifying content. */
  readonly content: string
  /** 8 hexadecimal digits. */
  readonly project: string
  /** Seconds since midnight; undefined without a start. */
  readonly startSeconds: number | undefined
  /** Number of the row among the rows of its file with the same content, beginning at 1. */
  readonly occurrence: number
}

/** Derives the identity of the first row with this content. */
export function deriveIdentity({
  person,
  day,
  start,
  project,
  task,
  notes,
}: IdentifyingContent): DerivedIdentity {
  const texts = [person.toLowerCase(), day, start ?? '', project, task ?? '', notes ?? '']
  return {
    content: hash(JSON.stringify(texts.map((text) => text.normalize('NFC'))), 16),
    project: hashProject(project),
    startSeconds: start === undefined ? undefined : toSeconds(start),
    occurrence: 1,
  }
}

const hashProject = memoize((project) => hash(project.normalize('NFC'), 4))
const hash = (text: string, bytes: number) => bytesToHex(sha256(utf8ToBytes(text)).subarray(0, bytes))

function toSeconds(time: string): number {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number)
  return Math.floor(hour * 3600 + minute * 60 + second)
}

/** Formats an identity as an external id: `row-<project>-<start or x>-<content>-<occurrence>`. */
export function formatIdentity({ content, project, startSeconds, occurrence }: DerivedIdentity): string {
  return `row-${project}-${startSeconds ?? 'x'}-${content}-${occurrence}`
}

/** Parses an external id; returns undefined if it was not derived from a row. */
export function parseIdentity(externalId: string): DerivedIdentity | undefined {
  const match = /^row-([0-9a-f]{8})-(x|\d{1,5})-([0-9a-f]{32})-([1-9]\d{0,8})$/.exec(externalId)
  if (match === null) return undefined
  const [, project = '', start = '', content = '', occurrence] = match
  return {
    content,
    project,
    startSeconds: start === 'x' ? undefined : Number(start),
    occurrence: Number(occurrence),
  }
}
