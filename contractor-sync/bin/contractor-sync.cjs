#!/usr/bin/env node
// CommonJS without new syntax, so that an old Node can run it and say what is missing, instead of a syntax error.
'use strict'

const neededMajor = 24
const { node } = process.versions

if (Number(node.split('.')[0]) < neededMajor) {
  process.stderr.write(
    `contractor-sync needs Node ${neededMajor} or newer, and this is Node ${node}; "npx contractor-sync" uses the Node that "npm ci" installs\n`,
  )
  process.exitCode = 2
} else {
  import('../src/main.ts')
}
