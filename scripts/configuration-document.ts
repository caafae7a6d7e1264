/** Owns docs/configuration.md: the table of settings, for the person who runs a server. */
import { type Setting, settings } from '../src/settings.ts'

const opening = `<!-- Generated from src/settings.ts: npm run docs -->

# Configuration

Every setting is an environment variable and is read once, at start. A value that cannot be used ends the start with the name of the
setting and the reason; a name that begins with \`HEADGATE_\` and is not below is reported as unknown.

Each setting can also be read from a file: \`NAME_FILE\` holds the path of a file whose content is the value, without its last line break. That is the
way for settings marked **secret**, which belong in no process list and no image. \`NAME\` and \`NAME_FILE\` together are refused, and an empty
value counts as not set.
`

const sectionOf = ({ name, default: value, secret, description }: Setting): string => {
  const facts = [
    ...(secret ? ['**secret**'] : []),
    value === undefined ? 'not set by default' : `default ${value === '' ? 'empty' : `\`${value}\``}`,
    `or \`${name}_FILE\``,
  ]
  return `## \`${name}\`\n\n${facts.join(' · ')}\n\n${description}\n`
}

/** In the order of the table, which is that of importance. */
export const configurationDocument = (): string => [opening, ...settings.map(sectionOf)].join('\n')
