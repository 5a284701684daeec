/**
 * Sequences cut into prompts and what is scored behind them.
 *
 * In the protocol every position of an input predicts a target, which need not be the input's next token. The engine scores what
 * follows a prompt, and only prompts have images. So a sequence is cut before each run of text, and once more where it begins to
 * teach something. What comes before that is the same for all answers to one question: it is their prompt, computed once for them,
 * and scored within it.
 */
import type { Chunk } from "../../model/chunks.ts"
import type { Scored } from "../../policy/local/adapters/start.ts"
import type { Input, Piece } from "./input.ts"

export interface Sequence {
  readonly input: Input
  /** One a position. */
  readonly targets: ReadonlyArray<number>
  /** What a position's log-probability is worth; where it is 0, the position teaches nothing. */
  readonly worth: ReadonlyArray<number>
}

/** What is scored together. */
export interface Segment {
  readonly scored: Omit<Scored, "weights">
  /** The positions of its targets, in their order: of those that follow the prompt, then of those within it. */
  readonly positions: ReadonlyArray<number>
  /** Whether any of its positions is worth something. */
  readonly teaches: boolean
}

interface Run {
  readonly start: number
  readonly end: number
}

/** Positions that are scored: those of text, and the last of an image, which text follows. Within an image nothing is predicted. */
const runsOf = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  let at = 0
  for (const { chunk, length } of pieces) {
    if (length === 0) continue
    const start = "tokens" in chunk ? at : at + length - 1
    const before = runs.at(-1)
    // text goes on behind text, and behind the last position of an image
    if ("tokens" in chunk && before?.end === at) runs[runs.length - 1] = { start: before.start, end: at + length }
    else runs.push({ start, end: at + length })
    at += length
  }
  return runs
}

/** Positions within images, of which none is scored. */
export const unscored = ({ length, pieces }: Input): ReadonlyArray<number> => {
  const runs = runsOf(pieces)
  return Array.from({ length }, (_, i) => i).filter((i) => !runs.some(({ end, start }) => i >= start && i < end))
}

/** The first `count` positions of an input. */
const headOf = (pieces: ReadonlyArray<Piece>, count: number): ReadonlyArray<Chunk> => {
  const chunks: Array<Chunk> = []
  let left = count
  for (const { chunk, length } of pieces) {
    if (left === 0) break
    if ("image" in chunk) chunks.push(chunk)
    else if (length > 0) chunks.push({ tokens: chunk.tokens.slice(0, left) })
    left -= Math.min(left, length)
  }
  return joined(chunks)
}

/** Neighbouring texts as one: prompts that are equal look equal. */
const joined = (chunks: ReadonlyArray<Chunk>): ReadonlyArray<Chunk> =>
  chunks.reduce<Array<Chunk>>((all, chunk) => {
    const last = all.at(-1)
    if (last !== undefined && "tokens" in last && "tokens" in chunk) all[all.length - 1] = { tokens: [...last.tokens, ...chunk.tokens] }
    else all.push(chunk)
    return all
  }, [])

/** The tokens of an input by position; any for those of an image. */
const tokensOf = (pieces: ReadonlyArray<Piece>): ReadonlyArray<number> =>
  pieces.flatMap(({ chunk, length }) => "tokens" in chunk ? chunk.tokens : new Array<number>(length).fill(0))

/** The segments of a sequence. */
export const segmentsOf = ({ input, targets, worth }: Sequence): ReadonlyArray<Segment> => {
  const tokens = tokensOf(input.pieces)
  const teaching = worth.findIndex((value) => value !== 0)
  const runs = runsOf(input.pieces).flatMap(({ end, start }) =>
    teaching > start && teaching < end ? [{ start, end: teaching }, { start: teaching, end }] : [{ start, end }]
  )
  // what teaches nothing goes within the prompt of the first that does, or of the last
  const first = teaching < 0 ? runs.length - 1 : runs.findIndex(({ end }) => end > teaching)
  const silent = runs.slice(0, first).flatMap(({ end, start }) => range(start, end))
  return runs.slice(first).map(({ end, start }, r) => {
    const within = r === 0 ? silent : []
    return {
      positions: [...range(start, end), ...within],
      teaches: worth.slice(start, end).some((value) => value !== 0),
      scored: {
        prompt: headOf(input.pieces, start + 1),
        within: within.map((row) => ({ row, target: targets[row]! })),
        // the last token only makes up the number: nobody reads it
        tokens: [...tokens.slice(start + 1, end), 0],
        targets: targets.slice(start, end)
      }
    }
  })
}

const range = (start: number, end: number): ReadonlyArray<number> => Array.from({ length: end - start }, (_, i) => start + i)
