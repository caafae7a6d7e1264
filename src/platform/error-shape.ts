/** Owns the wire shape of an error (contract section 3.1), for response schemas. */
import { Type } from 'typebox'

export const ErrorShape = Type.Object({
  error: Type.String(),
  code: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

/** What any protected route may answer besides its success. */
export const errorAnswers = {
  400: ErrorShape,
  401: ErrorShape,
  403: ErrorShape,
  404: ErrorShape,
  429: ErrorShape,
}
