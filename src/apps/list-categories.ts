/** Owns the categories of apps: those that occur in the catalogue, with a sentence on each that we know. */

import type { AppCategoryId } from './app-id.ts'
import { appCategoryIdOf } from './app-id.ts'
import type { Catalog } from './catalog.ts'

export interface AppCategory {
  id: AppCategoryId
  name: string
  /** Empty for a category that only an operator's file names. */
  description: string
}

const descriptions: Readonly<Record<string, string>> = {
  'Artificial Intelligence (AI)': 'Language models, speech, images and the services around them',
  CRM: 'Contacts, companies, deals and the sales work on them',
  Communication: 'Messages, calls and mail between people',
  'Developer Tools': 'Code, builds, issues and infrastructure',
  'E-commerce': 'Shops, products, orders and customers',
  'File Storage': 'Files and folders in the cloud',
  Productivity: 'Documents, tables, notes and calendars',
  'Project Management': 'Plans, tasks and who does them',
}

/** @returns the categories by name; an app that is `disabled` does not count */
export function listCategories(catalog: Catalog): AppCategory[] {
  const names = new Set(catalog.list().flatMap((app) => app.categories))
  return [...names]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ id: appCategoryIdOf(name), name, description: descriptions[name] ?? '' }))
}
