#!/usr/bin/env node
// Plain JavaScript of an old kind, so that a Node too old to run Headgate can still say so in one line.
// oxlint-disable-next-line no-var -- an old Node must be able to parse this file
var version = process.versions.node.split('.').map(Number)
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error(
    'Headgate needs Node.js 22.18 or newer; this is ' +
      process.version +
      '. Run it as `npm start`, which uses the Node.js that `npm ci` installed.',
  )
  process.exit(1)
}
// Looking up a name holds a thread, and half of the threads may do so: of Node's four that is two. The receivers of webhooks are names that
// others choose; two whose name server is silent would stop every look-up of this process. Read by Node when it first needs a thread.
// A command would only wait for them to begin.
if (process.argv[2] === 'serve') process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '64'
// A third of a start is compiling the same sources again. Kept beside the code; where that cannot be written, nothing is kept.
void import('node:module').then(({ enableCompileCache }) => {
  enableCompileCache(import.meta.dirname + '/../node_modules/.cache/headgate/code')
  return import('../src/cli.ts')
})
