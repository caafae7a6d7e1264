/** Owns getting the official SDK: installed by npm into a folder that is thrown away. It is never a dependency of ours. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export const SDK = '@pipedream/sdk'

/** Loads a module of that version. None of the package's install scripts is run. @throws Error when npm cannot install it */
export function installSdk(folder: string, version: string): <Module>(name: string) => Module {
  const place = join(folder, version)
  mkdirSync(place)
  writeFileSync(join(place, 'package.json'), '{"private":true}')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', '--prefix', place, ...flags, `${SDK}@${version}`], {
    cwd: place,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const load = createRequire(join(place, 'package.json'))
  return (name) => load(name)
}
