/** Owns the page's script and style: which file is which, and handing out exactly those and no other. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NotFound } from '../platform/errors.ts'

/** Names with the digest of their content in them, so that a browser may keep them for good. */
export interface PageAssets {
  script: string
  style: string
}

const FOLDER = join(import.meta.dirname, '../../web/dist')
const TYPES: Record<keyof PageAssets, string> = {
  script: 'text/javascript; charset=utf-8',
  style: 'text/css; charset=utf-8',
}

interface Loaded {
  assets: PageAssets
  files: Map<string, { type: string; content: Buffer }>
}

let loading: Promise<Loaded> | undefined

/** @throws Error that says how to build them */
export const pageAssets = async (): Promise<PageAssets> => (await loaded()).assets

/** By exact name out of the list; the name never becomes a path. @throws NotFound */
export async function readAsset(name: string): Promise<{ type: string; content: Buffer }> {
  const file = (await loaded()).files.get(name)
  if (!file) throw new NotFound()
  return file
}

function loaded(): Promise<Loaded> {
  loading ??= load().catch((cause: unknown) => {
    loading = undefined
    throw new Error('the files of the Connect page are missing; run: npm start', { cause })
  })
  return loading
}

async function load(): Promise<Loaded> {
  const assets = JSON.parse(await readFile(join(FOLDER, 'manifest.json'), 'utf8')) as PageAssets
  const files = new Map<string, { type: string; content: Buffer }>()
  for (const part of ['script', 'style'] as const)
    files.set(assets[part], { type: TYPES[part], content: await readFile(join(FOLDER, assets[part])) })
  return { assets, files }
}
