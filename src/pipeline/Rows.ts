/**
 * Rows: lists that need not fit into memory, read from first to last or by index. Data sets and prompts pass from stage to
 * stage as rows.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Rows could not be read or written: `message` names the file, what is wrong and what to do. */
export class RowsError extends Data.TaggedError("RowsError")<{
  readonly message: string
  readonly cause?: unknown
}> {}

const typeId = Symbol.for("assay/pipeline/Rows")

/** `size` rows of JSON values. */
export interface Rows<out A> {
  readonly [typeId]: true
  readonly size: number
  /** The rows at these places (from 0), in that order; a place may come twice. */
  readonly at: (places: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<A>, RowsError>
  /** All rows in order, some at a time. */
  readonly chunks: Stream.Stream<ReadonlyArray<A>, RowsError>
}

/** Whether a value is rows. */
export const isRows = (value: unknown): value is Rows<unknown> =>
  typeof value === "object" && value !== null && typeId in value

/** Rows from the three things that they are. */
export const make = <A>(rows: Omit<Rows<A>, typeof typeId>): Rows<A> => ({ [typeId]: true, ...rows })

/** Rows in memory. */
export const of = <A>(items: ReadonlyArray<A>): Rows<A> =>
  make({
    size: items.length,
    at: (places) => Effect.succeed(places.map((place) => items[place]!)),
    chunks: Stream.succeed(items)
  })

/** All rows in memory: only for those that are known to be few. */
export const toArray = <A>(rows: Rows<A>): Effect.Effect<ReadonlyArray<A>, RowsError> =>
  Effect.map(Stream.runCollect(rows.chunks), (chunks) => chunks.length === 1 ? chunks[0]! : chunks.flat())

/** Rows made chunk by chunk from others, as a stream that `Spool.collect` takes. */
export const flatMap = <A, B>(
  rows: Rows<A>,
  f: (chunk: ReadonlyArray<A>) => ReadonlyArray<B>
): Stream.Stream<ReadonlyArray<B>, RowsError> => Stream.map(rows.chunks, f)
