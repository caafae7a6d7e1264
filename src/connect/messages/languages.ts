/** Owns which languages there are: the first one is shown where none of a person's own is among them. */
import { de } from './de.ts'
import { en, type Messages } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ptBR } from './pt-br.ts'

export const languages: readonly [Messages, ...Messages[]] = [en, de, es, fr, ptBR]
