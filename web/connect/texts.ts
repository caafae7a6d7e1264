/** Owns the texts that the script shows: the server wrote them into the page, in the language of the page. */
import type { ScriptTexts } from '../../src/connect/contract.ts'

let parsed: ScriptTexts | undefined

/** Only on pages that have any. */
export function texts(): ScriptTexts {
  parsed ??= JSON.parse(document.body.dataset['texts'] ?? '{}') as ScriptTexts
  return parsed
}
