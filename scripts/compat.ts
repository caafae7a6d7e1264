/**
 * Runs the official SDK against this server, method by method: `npm run compat`. The SDK is under the Pipedream Source Available License, which
 * excludes commercial use, and is no part of Headgate: it is installed into a temporary folder for this run and deleted after it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestServer, type TestServer } from '../src/create-test-server.ts'
import { checkBrowserClient } from './compat/browser-client.ts'
import { type Check, createChecks } from './compat/checks.ts'
import { checkInBrowser } from './compat/in-browser.ts'
import { installSdk, SDK } from './compat/install-sdk.ts'
import type { BrowserModule, ServerModule } from './compat/sdk3.ts'
import { checkServerClient } from './compat/server-client.ts'
import { checkVersion1, type Version1BrowserModule, type Version1Module } from './compat/version-1.ts'

const VERSION_3 = '3.1.6'
const VERSION_1 = '1.8.0'

console.log(`This installs ${SDK} ${VERSION_3} and ${VERSION_1} with npm into a temporary folder, runs them against
a server of this checkout on the loopback, and deletes them. They are under the Pipedream Source Available
License 1.0, which excludes commercial use; Headgate neither contains nor needs them.`)

const totals = { passed: 0, failed: 0 }
const folder = mkdtempSync(join(tmpdir(), 'headgate-compat-'))
try {
  const load3 = installSdk(folder, VERSION_3)
  const server3 = load3<ServerModule>(SDK)
  await suite(`${SDK} ${VERSION_3}, server client`, {}, (server, check) =>
    checkServerClient(server3, server, check),
  )
  const browser3 = load3<BrowserModule>(`${SDK}/browser`)
  await suite(`${SDK} ${VERSION_3}, browser client in Node`, {}, (server, check) =>
    checkBrowserClient(browser3, server3, server, check),
  )

  await suite(`${SDK} ${VERSION_3}, in Chromium over local TLS`, { HEADGATE_TLS: 'local' }, (server, check) =>
    checkInBrowser(join(folder, VERSION_3), server3, server, check),
  )

  const load1 = installSdk(folder, VERSION_1)
  await suite(`${SDK} ${VERSION_1}, over TLS`, { HEADGATE_TLS: 'local' }, (server, check) =>
    checkVersion1(load1<Version1Module>(SDK), load1<Version1BrowserModule>(`${SDK}/browser`), server, check),
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed`)
if (totals.failed > 0) process.exitCode = 1

/** One server of its own for each, so that no suite sees what another left behind. */
async function suite(
  title: string,
  env: Record<string, string>,
  run: (server: TestServer, check: Check) => Promise<void>,
): Promise<void> {
  const server = await createTestServer({ env })
  const { check, results } = createChecks()
  try {
    await run(server, check)
  } finally {
    await server.close()
  }
  const width = Math.max(...results.map(({ method }) => method.length))
  console.log(`\n${title}\n`)
  for (const { method, problem } of results)
    console.log(`${method.padEnd(width)} | ${problem === undefined ? 'passed' : `FAILED: ${problem}`}`)
  totals.failed += results.filter(({ problem }) => problem !== undefined).length
  totals.passed += results.filter(({ problem }) => problem === undefined).length
}
