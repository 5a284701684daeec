/** A completion taken apart into its tags, fences, JSON and words; put together again it is the same text. */

/** What a piece is: a tag such as <think>, a fence such as ```json, a part of JSON, or words. */
export type Kind = "tag" | "fence" | "key" | "string" | "number" | "word" | "text"

export interface Piece {
  readonly kind: Kind
  readonly text: string
}

/** Pieces between tags: of the innermost tag that is open, or of none. */
export interface Block {
  readonly tag: string | undefined
  readonly pieces: ReadonlyArray<Piece>
}

/** Names have an end, so that no text makes this slow: it goes over each character once. */
const boundary = /<\/?[A-Za-z_][\w.-]{0,31}>|<\|[\w.-]{1,40}\|>|```[A-Za-z0-9]{0,16}/g

/** A string may be cut off: it then ends with its line. */
const json = /"(?:[^"\\\n]|\\[^\n])*"?|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\b(?:true|false|null)\b/g

const isKey = (text: string, end: number): boolean => /^[ \t]{0,8}:/.test(text.slice(end, end + 9))

const kindOf = (token: string, text: string, end: number): Kind => {
  if (token.startsWith("\"")) return isKey(text, end) ? "key" : "string"
  return /^[tfn]/.test(token) ? "word" : "number"
}

/** Pieces of a text that looks like JSON; others are one piece. */
const jsonPieces = (text: string): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  let at = 0
  for (const { 0: token, index } of text.matchAll(json)) {
    if (index > at) pieces.push({ kind: "text", text: text.slice(at, index) })
    at = index + token.length
    pieces.push({ kind: kindOf(token, text, at), text: token })
  }
  if (at < text.length) pieces.push({ kind: "text", text: text.slice(at) })
  return pieces
}

const between = (text: string, fenced: boolean): ReadonlyArray<Piece> =>
  text === "" ? [] : fenced || /^\s{0,16}[[{]/.test(text) ? jsonPieces(text) : [{ kind: "text", text }]

/** All pieces in order: their texts joined are the text. */
export const pieces = (text: string): ReadonlyArray<Piece> => {
  const found: Array<Piece> = []
  let at = 0
  let fenced = false
  const add = (some: ReadonlyArray<Piece>) => some.forEach((piece) => found.push(piece))
  for (const { 0: token, index } of text.matchAll(boundary)) {
    add(between(text.slice(at, index), fenced))
    const isFence = token.startsWith("`")
    found.push({ kind: isFence ? "fence" : "tag", text: token })
    fenced = isFence && !fenced
    at = index + token.length
  }
  add(between(text.slice(at), fenced))
  return found
}

const nameOf = (tag: string): string => tag.replace(/[<>/|]/g, "")

/** Tags within each other, at most: a model that opens a thousand is not followed. */
const deepest = 8

/** Pieces by the tag that they stand in; a tag belongs to its own block. What is closed without being open stands for itself. */
export const blocks = (text: string): ReadonlyArray<Block> => {
  const found: Array<{ tag: string | undefined; pieces: Array<Piece> }> = []
  const open: Array<string> = []
  const add = (tag: string | undefined, piece: Piece, fresh = false) => {
    const last = found.at(-1)
    if (last === undefined || last.tag !== tag || fresh) found.push({ tag, pieces: [piece] })
    else last.pieces.push(piece)
  }
  for (const piece of pieces(text)) {
    const isTag = piece.kind === "tag" && !piece.text.startsWith("<|")
    const name = nameOf(piece.text)
    if (isTag && !piece.text.startsWith("</") && open.length < deepest) {
      open.push(name)
      add(name, piece, true)
    } else {
      add(open.at(-1), piece)
      if (isTag && piece.text.startsWith("</") && open.at(-1) === name) open.pop()
    }
  }
  return found
}
