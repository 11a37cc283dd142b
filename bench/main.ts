/** Each module loads the clients that it measures, so it is imported only when it is asked for. */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  digests: async () => (await import('./digests.ts')).benchDigests(),
  gateway: async () => (await import('./gateway.ts')).benchGateway(),
  read: async () => (await import('./read.ts')).benchRead(),
  upload: async () => (await import('./upload.ts')).benchUpload(),
  sync: async () => (await import('./sync.ts')).benchSync(),
  write: async () => (await import('./write.ts')).benchWrite(),
}

/** `npm run bench -- <name>`: takes the measurements in docs/performance.md. */
async function main([name = '', ...rest]: string[]): Promise<void> {
  const bench = benches[name]
  if (bench === undefined || rest.length > 0) {
    const wrong = name === '' || bench !== undefined ? '' : `"${name}" is not a benchmark; `
    throw new Error(`${wrong}name one, such as npm run bench -- read\n  ${Object.keys(benches).join(', ')}`)
  }
  await bench()
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`bench: ${error.message}`)
  process.exit(1)
})
