/** Owns the file that holds the vault's keys: readable by its owner only, made once, never overwritten. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { BadKeyRing, newKeyRingText } from './key-ring.ts'

/** The file's text, or undefined when there is no file. @throws BadKeyRing when others may read it */
export function readKeyFile(path: string): string | undefined {
  let mode: number
  try {
    mode = statSync(path).mode
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new BadKeyRing(`the key file ${path} cannot be read`, { cause: error })
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new BadKeyRing(`the key file ${path} can be read by others; make it yours alone: chmod 600 ${path}`)
  }
  return readFileSync(path, 'utf8')
}

/** Makes the file with one new key, mode 0600, in a folder of mode 0700. @throws Error when it exists already */
export function createKeyFile(path: string): string {
  const text = newKeyRingText()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  return text
}
