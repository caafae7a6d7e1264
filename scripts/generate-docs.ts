/**
 * Writes the generated documents; with --check it writes nothing and names those that are out of date. An argument is the folder that holds
 * `docs/`, in place of the project's.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { configurationDocument } from './configuration-document.ts'
import { appMatrixDoc } from './generate-app-matrix.ts'
import { securityCasesDoc } from './generate-security-cases.ts'
import { openApiDocument } from './openapi-document.ts'

const documents: Record<string, () => string | Promise<string>> = {
  'docs/apps.md': appMatrixDoc,
  'docs/configuration.md': configurationDocument,
  'docs/openapi.json': async () => `${JSON.stringify(await openApiDocument(), null, 2)}\n`,
  'docs/security-cases.md': securityCasesDoc,
}
const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const folder = positionals[0] ?? join(import.meta.dirname, '..')

for (const [path, write] of Object.entries(documents)) {
  const target = join(folder, path)
  const text = await write()
  if (!values.check) await writeFile(target, text)
  else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error(`${path} is not up to date: npm run docs`)
    process.exitCode = 1
  }
}
// A script of its own, which reads --check itself.
await import('./generate-app-schema.ts')
