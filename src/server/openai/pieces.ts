/** The text of an answer, token by token. */

/** What the pieces are made with: a model's text side. */
export interface Tokens {
  /** The bytes of a token. */
  readonly bytes: (id: number) => Uint8Array
  /** Whether text leaves it out, as it does the token that ends an answer. */
  readonly isSilent: (id: number) => boolean
}

/**
 * What each token adds to a text; all together are the text, which may end before them. A character in several tokens comes with the last
 * of them.
 */
export const pieces = (tokens: ReadonlyArray<number>, text: string, { bytes, isSilent }: Tokens): ReadonlyArray<string> => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  let left = text.length
  return tokens.map((id, i) => {
    const more = isSilent(id) ? "" : decoder.decode(bytes(id), { stream: true })
    const last = i === tokens.length - 1 ? decoder.decode() : ""
    const piece = `${more}${last}`.slice(0, left)
    left -= piece.length
    return piece
  })
}
