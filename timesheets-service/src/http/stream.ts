import type { ServerResponse } from 'node:http'

/** A client that receives nothing for this time is disconnected. */
const defaultStallMs = 30_000
/** Bytes per write: a slow client must receive only this much within the time. */
const maxSliceBytes = 64 * 1024

/**
 * Sends text in chunks at the client's pace, and stops reading chunks when the client has left. An error before the first
 * chunk is thrown with nothing sent; a later one leaves an incomplete response, which the problem handler closes.
 */
export async function sendStream(
  response: ServerResponse,
  chunks: AsyncIterable<string>,
  { stallMs = defaultStallMs } = {},
): Promise<void> {
  for await (const chunk of chunks) {
    if (response.destroyed) return
    if (!(await writeSlowly(response, Buffer.from(chunk), stallMs))) return
  }
  response.end()
}

/** @returns false if the client has left or was disconnected */
async function writeSlowly(response: ServerResponse, bytes: Buffer, stallMs: number): Promise<boolean> {
  for (let start = 0; start < bytes.length; start += maxSliceBytes) {
    const hasRoom = response.write(bytes.subarray(start, start + maxSliceBytes))
    if (!hasRoom) await waitForDrain(response, stallMs)
    if (response.destroyed) return false
  }
  return true
}

/** Resolves when the client has received what was written, has left, or is disconnected for being stalled. */
function waitForDrain(response: ServerResponse, stallMs: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    const timer = setTimeout(() => response.destroy(), stallMs)
    response.on('drain', settle).on('close', settle)
  })
}
