/** Owns reading a CPU profile: the functions with the most time of their own. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface HotFunction {
  /** Share of all samples that were not idle, 0..1. */
  share: number
  name: string
  place: string
}

interface Profile {
  nodes: {
    id: number
    callFrame: { functionName: string; url: string; lineNumber: number }
    hitCount?: number
  }[]
}

/** Time spent waiting for work is left out; time in native code is the built-in's that was called. */
const NOT_WORK = new Set(['(idle)', '(root)'])

export function hotFunctions(file: string, most: number): HotFunction[] {
  const { nodes } = JSON.parse(readFileSync(file, 'utf8')) as Profile
  const hits = new Map<string, { name: string; place: string; count: number }>()
  let total = 0
  for (const { callFrame, hitCount = 0 } of nodes) {
    const { functionName, url, lineNumber } = callFrame
    if (hitCount === 0 || NOT_WORK.has(functionName)) continue
    const place = url === '' ? '' : `${shortUrl(url)}:${lineNumber + 1}`
    const key = `${functionName} ${place}`
    const known = hits.get(key)
    if (known) known.count += hitCount
    else hits.set(key, { name: functionName || '(anonymous)', place, count: hitCount })
    total += hitCount
  }
  return [...hits.values()]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, most)
    .map(({ name, place, count }) => ({ share: count / total, name, place }))
}

const shortUrl = (url: string) =>
  url.startsWith('file:') ? relative(`${import.meta.dirname}/..`, fileURLToPath(url)) : url
