/** Owns what decides where an app's credentials go: its whole addresses, its allowed domains, and what may take part in a host name. */
import type { AppDefinition } from '../upstream/app-definition.ts'
import { templatesOf } from '../upstream/definition-templates.ts'
import { hostPatterns } from '../upstream/host-patterns.ts'

/** `$.path` -> what stands there. Paths below the base URL are not among them: they stay with the same host. */
export function credentialTargets(app: AppDefinition): Map<string, string> {
  const urls = templatesOf(app).filter(({ isUrl, text }) => isUrl && !text.startsWith('/'))
  return new Map([
    ...urls.map(({ path, text }) => [path, text] as const),
    ...app.proxy.allowed_domains.map((domain, i) => [`$.proxy.allowed_domains[${i}]`, domain] as const),
    ...[...hostPatterns(app)].map(([name, pattern]) => [name, pattern.source] as const),
    ...app.custom_fields.flatMap(({ maps_to }) =>
      Object.entries(maps_to).map(([name, texts]) => [`mapped.${name}`, JSON.stringify(texts)] as const),
    ),
    ...Object.entries(app.settings).map(([name, text]) => [`settings.${name}`, text] as const),
  ])
}

/** Where the two differ, by path; one that is only in one of them differs too. */
export function changedTargets(before: AppDefinition, after: AppDefinition): string[] {
  const [old, now] = [credentialTargets(before), credentialTargets(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path) !== now.get(path))
    .toSorted()
}
