/** Owns the file that holds the vault's keys: readable by its owner only, made once, never overwritten. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
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

/** Makes the file with one new key, mode 0600, in a folder of mode 0700; durable when it returns. @throws Error when it exists already */
export function createKeyFile(path: string): string {
  const text = newKeyRingText()
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  // Data sealed from now on is durable: a power cut must not leave it without its key.
  syncFolder(folder)
  return text
}

function syncFolder(path: string): void {
  if (process.platform === 'win32') return // A folder cannot be opened there.
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
