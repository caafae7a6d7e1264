/**
 * Owns the loss table (docs/losses.md): a provider that rotates refresh tokens kills the server at every step of the exchange, a thousand
 * times, and what became of the accounts is counted. Run with `npm run losses`; `npm run losses 80` is a quick look that writes nothing.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { lossesDocument } from './losses/losses-document.ts'
import type { Measured } from './losses/measure-grace.ts'

const KILLS = 1000
const kills = Number(process.argv[2] ?? KILLS)

async function measure(graceSeconds: number): Promise<Measured[]> {
  const script = join(import.meta.dirname, 'losses/measure-grace.ts')
  const run = spawn(process.execPath, [script, String(graceSeconds), String(Math.ceil(kills / 2))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await text(run.stdout)) as Measured[]
}

const [graceful, strict] = await Promise.all([measure(30), measure(0)])
const { text: document, broken } = lossesDocument(graceful, strict)
console.log(document)
if (kills >= KILLS) writeFileSync(join(import.meta.dirname, '../docs/losses.md'), document)
for (const promise of broken) console.error(`broken: ${promise}`)
if (broken.length > 0) process.exitCode = 1
