/** Owns what an app's authorization server calls itself. */

import { AppError } from '../platform/errors.ts'
import type { OAuth2Definition } from './app-definition.ts'
import { renderTemplate, type TemplateContext } from './template.ts'

/** Undefined where the definition does not say, or a name of it has no value here. */
export function issuerOf({ issuer }: OAuth2Definition, context: TemplateContext): string | undefined {
  if (issuer === undefined) return undefined
  try {
    return renderTemplate(issuer, context)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
