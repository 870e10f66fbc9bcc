// Which window's work an address asks to follow. Pure.

/** The channel that an address asks to follow. */
export const readFollow = (search: string): string | undefined => {
  const name = new URLSearchParams(search).get('follow')
  return name !== null && /^[a-z0-9]{4,32}$/.test(name) ? name : undefined
}
