/** Owns `headgate apps set` and `unset`: what the database says about an app. */
import { parseCatalogTexts, readCatalogFile } from '../apps/catalog-files.ts'
import { setAppPatch, unsetAppPatch } from '../apps/set-app-patch.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { UsageError } from './usage-error.ts'
import { withApp } from './with-app.ts'

const actor = { kind: 'operator', id: null }

export async function setApp(slug: string, path: string, { yes }: { yes: boolean }): Promise<void> {
  const content = await contentOf(slug, path)
  await withApp((app, workspaceId) =>
    askingForYes(setAppPatch(app, { name: slug, actor, workspaceId, confirmed: yes }, content)),
  )
}

export async function unsetApp(slug: string, { yes }: { yes: boolean }): Promise<void> {
  await withApp((app, workspaceId) =>
    askingForYes(unsetAppPatch(app, { name: slug, actor, workspaceId, confirmed: yes })),
  )
}

/** The file may have any name; the slug is what was said. */
async function contentOf(slug: string, path: string): Promise<unknown> {
  const read = await readCatalogFile(path, slug)
  const { patches, problems } =
    'message' in read ? { patches: [], problems: [read] } : await parseCatalogTexts([read])
  const [problem] = problems
  if (problem) throw new UsageError(`${problem.file}: ${problem.message}`)
  return patches[0]?.content
}

async function askingForYes(change: Promise<void>): Promise<void> {
  try {
    await change
  } catch (error) {
    if (error instanceof NotFound)
      throw new UsageError('the database says nothing about this app', { cause: error })
    if (error instanceof BadRequest && error.code === 'confirmation_needed')
      throw new UsageError(`${error.message}\nNothing was changed. If that is right, say --yes.`, {
        cause: error,
      })
    throw error
  }
}
