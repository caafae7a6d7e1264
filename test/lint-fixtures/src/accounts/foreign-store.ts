/** Must fail: another room's store. */
import { findApp } from '../apps/store.ts'

export const app = findApp
