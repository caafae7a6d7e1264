/** Owns saying what a run was made on: machine, versions, date, and what else the machine was doing. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import Database from 'better-sqlite3'

export interface Machine {
  date: string
  cpu: string
  cores: number
  memoryGb: number
  system: string
  versions: Record<string, string>
  /** Of the minute before the run: 0 is a machine of its own. */
  loadAverage: number
}

const PACKAGES = ['fastify', 'kysely', 'better-sqlite3', 'pg']

export function describeMachine(): Machine {
  const versionOf = (name: string) => {
    const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  }
  const sqlite = new Database(':memory:')
  const { version } = sqlite.prepare('select sqlite_version() as version').get() as { version: string }
  sqlite.close()
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
      sqlite: version,
    },
    loadAverage: loadavg()[0] ?? 0,
  }
}
