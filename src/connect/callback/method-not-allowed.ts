/** Owns refusing every method of a callback address but the one with which browsers come. */
import { AppError } from '../../platform/errors.ts'

export const methodNotAllowed = (): AppError =>
  new AppError(405, 'Only GET', { code: 'method_not_allowed', headers: { allow: 'GET' } })
