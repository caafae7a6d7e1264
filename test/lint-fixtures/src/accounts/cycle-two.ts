/** Must fail: the other half of the circle. */
import { first } from './cycle-one.ts'
import type { Ring } from './cycle-one.ts'

export const second = (): Ring => first()
