/** Aborted so long after another signal, for its reason: what is under way then may still come to its end. */
export function graceAfter(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController()
  const start = () => {
    // Nothing waits for it that has come to its end.
    setTimeout(() => controller.abort(signal.reason), ms).unref()
  }
  if (signal.aborted) start()
  else signal.addEventListener('abort', start, { once: true })
  return controller.signal
}
