/** One range of an Accept header (RFC 9110, section 12.5.1). */
interface MediaRange {
  readonly type: string
  readonly quality: number
}

/**
 * Which of the offered media types a caller likes best. Of equals it is the one that is named most exactly, then the
 * one that is named first, then the first that is offered.
 * @param accept the header; none: anything will do
 * @returns the first offered where none is acceptable: an answer that was not asked for beats none (section 12.1)
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  const ranges = (accept ?? '*/*').split(',').map(readRange)
  const liked = offered
    .map((type) => ({ ...likingOf(type, ranges), type }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || b.exactness - a.exactness || a.position - b.position)
  return liked[0]?.type ?? offered[0]
}

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))
  if (weight === undefined) return { type, quality: 1 }
  const quality = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(weight)?.[1]
  return { type, quality: Number(quality ?? 0) }
}

/** The most exact range that fits decides. */
function likingOf(type: string, ranges: readonly MediaRange[]) {
  const byExactness = ['*/*', type.replace(/\/.*/, '/*'), type]
  const fitting = ranges
    .map((range, position) => ({ ...range, position, exactness: byExactness.indexOf(range.type) }))
    .filter(({ exactness }) => exactness >= 0)
    .sort((a, b) => b.exactness - a.exactness || b.quality - a.quality)
  return fitting[0] ?? { quality: 0, exactness: -1, position: 0 }
}
