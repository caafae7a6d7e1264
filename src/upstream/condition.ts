/** Owns whether an answer meets a condition of the catalogue. */

import type { RequestTemplate } from './app-definition.ts'
import { readPath } from './answer-path.ts'

type Condition = NonNullable<RequestTemplate['ok']>

/** Without `equals` the field only has to be set. */
export function holds({ field, equals }: Condition, answer: unknown): boolean {
  const value = readPath(answer, field)
  return equals === undefined ? value !== undefined : value === equals
}
