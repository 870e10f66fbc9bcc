// How a C header is put together: guard, includes, constants from a table, C text. Tables are 'NAME=value NAME=value'; a name that ends in
// '*' is a member of an enumeration, the others become macros.

/** Path and text of one header. */
export interface Header {
  readonly path: string
  readonly text: string
}

/** A header with its guard: `includes` are paths in angle brackets. */
export function header(path: string, includes: readonly string[], ...parts: readonly string[]): Header {
  const guard = `__${path.toUpperCase().replace(/[^A-Z0-9]/g, '_')}__`
  const body = [includes.map((i) => `#include <${i}>`).join('\n'), ...parts.map((p) => p.trim())].filter((p) => p !== '')
  return { path, text: `#ifndef ${guard}\n#define ${guard}\n\n${body.join('\n\n')}\n\n#endif\n` }
}

/** Macros and enumerations of a table. */
export function constantsText(table: string): string {
  const macros: string[] = []
  const members: string[] = []
  for (const item of table.trim().split(/\s+/)) {
    const [, name, star, value] = /^(\w+)(\*?)=(.+)$/.exec(item)!
    if (star === '') macros.push(`#define ${name} ${value}`)
    else members.push(`\t${name} = ${value},`)
  }
  return [macros.join('\n'), members.length === 0 ? '' : `enum {\n${members.join('\n')}\n};`].filter((p) => p !== '').join('\n\n')
}
