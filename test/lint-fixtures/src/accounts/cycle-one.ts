/** Must fail: two files that need each other. */
import { second } from './cycle-two.ts'

export interface Ring {
  next: Ring | undefined
}
export const first = (): Ring => ({ next: second() })
