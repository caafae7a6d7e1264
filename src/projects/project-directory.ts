/** Owns looking projects up by id, often: each is remembered for half a second, so a deleted one is gone everywhere within a second. */
import type { App } from '../app.ts'
import { FreshMap } from '../platform/fresh.ts'
import { findProject, type Project } from './store.ts'

const MAX_AGE_MS = 500
const MAX_PROJECTS = 10_000

export class ProjectDirectory {
  readonly #projects: FreshMap<string, Project | undefined>

  constructor(app: Pick<App, 'db'>) {
    this.#projects = new FreshMap(MAX_AGE_MS, MAX_PROJECTS, async (id) =>
      /^proj_[0-9A-Za-z]{1,60}$/.test(id) ? findProject(app.db.read, id) : undefined,
    )
  }

  find(id: string): Project | undefined | Promise<Project | undefined> {
    return this.#projects.get(id)
  }

  forget(id: string): void {
    this.#projects.invalidate(id)
  }
}
