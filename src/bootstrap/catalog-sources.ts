/** Owns where this installation's catalogue comes from. */
import { join } from 'node:path'
import { type CatalogSources, loadBuiltIn } from '../apps/catalog.ts'
import type { CatalogLayers } from '../apps/catalog-layers.ts'
import type { Config } from '../config.ts'
import { sandboxApps } from '../sandbox/sandbox-apps.ts'

const root = join(import.meta.dirname, '../..')

export const builtInDir = join(root, 'catalog/apps')

/** Beside the code, with the code's own protection: whoever may write there may change the program as well. */
export const compiledFile = join(root, 'node_modules/.cache/headgate/catalog.json')

/** It does not change while the program runs: read once, however many servers a process has. */
let builtIn: Promise<CatalogLayers> | undefined

export const catalogSources = (config: Config): Omit<CatalogSources, 'extra'> => ({
  builtInDir,
  compiledFile,
  builtIn: () => (builtIn ??= loadBuiltIn({ builtInDir, compiledFile })),
  operatorDir: config.catalogDir,
  sandbox: config.sandbox ? sandboxApps(config.publicUrl) : [],
})
