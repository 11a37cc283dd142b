const benches: Readonly<Record<string, () => Promise<void>>> = {
  gateway: async () => (await import('./gateway.ts')).benchGateway(),
  read: async () => (await import('./read.ts')).benchRead(),
}

/** `npm run bench -- <name>`: measures what docs/performance.md reports. */
async function main([name = '', ...rest]: string[]): Promise<void> {
  const bench = benches[name]
  if (bench === undefined || rest.length > 0) {
    throw new Error(`give it one name, of ${Object.keys(benches).join(', ')}: npm run bench -- read`)
  }
  await bench()
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`bench: ${error.message}`)
  process.exit(1)
})
