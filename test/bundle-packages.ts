/**
 * Owns that a test file starts in two thirds of the time: each is a process that reads the same sources, and the packages below, hundreds of
 * small modules each, are a third of them. Bundled into one file each they are the same code.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const PACKAGES = ['kysely', 'typebox']

/** Returns the address of a module for `node --import`, which puts the bundles in `folder` in the place of the packages. */
export async function bundlePackages(folder: string): Promise<string> {
  const bundles = await Promise.all(
    PACKAGES.map(async (name) => {
      const outfile = join(folder, `${name}.mjs`)
      const stdin = { contents: `export * from '${name}'`, resolveDir: import.meta.dirname }
      await build({ stdin, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' })
      return [name, pathToFileURL(outfile).href] as const
    }),
  )
  const hook = join(folder, 'bundled-packages.mjs')
  await writeFile(
    hook,
    `import { registerHooks } from 'node:module'
const bundles = new Map(${JSON.stringify(bundles)})
registerHooks({
  resolve(specifier, context, next) {
    const url = bundles.get(specifier)
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
  },
})
`,
  )
  return pathToFileURL(hook).href
}
