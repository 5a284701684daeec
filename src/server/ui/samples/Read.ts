/** What a request for samples means: ranges, places and cursors out of their words. */
import * as Effect from "effect/Effect"
import type { Cursor, PairOrder, PairsAsked, Range, SampleFilter, SampleOrder, SamplePaging, SampleStep } from "../../../workspace/index.ts"
import { type Unfit, unfit } from "../problems.ts"

/** So many a page, where nothing else is asked for. */
const usual = 24

/** `2..5`, `2..`, `..5` or `2`. */
export const range = (text: string | undefined): Range | undefined => {
  if (text === undefined) return undefined
  const [from = "", to = from] = text.split("..")
  return { ...(from === "" ? {} : { from: Number(from) }), ...(to === "" ? {} : { to: Number(to) }) }
}

/** `12:40:val`, the scope left out where it is the stage's own. */
export const place = (text: string): SampleStep => {
  const [execution = "", step = "", ...scope] = text.split(":")
  return { execution: Number(execution), step: Number(step), scope: scope.join(":") }
}

export const cursorText = ({ id, value }: Cursor): string => JSON.stringify([value, id])

const isCursor = (value: unknown): value is readonly [Cursor["value"], number] =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[1]) &&
  (value[0] === null || typeof value[0] === "string" || typeof value[0] === "number")

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What `cursorText` made; undefined of nothing. */
export const cursor = (text: string | undefined): Effect.Effect<Cursor | undefined, Unfit> => {
  if (text === undefined) return Effect.undefined
  const value = parsed(text)
  return isCursor(value)
    ? Effect.succeed({ value: value[0], id: value[1] })
    : Effect.fail(unfit("`after` is not what `next` of an answer said; leave it out to begin anew", "after"))
}

interface PageQuery {
  readonly experiment: string
  readonly run?: number
  readonly variant?: string
  readonly seed?: number
  readonly stage?: string
  readonly scope?: string
  readonly step?: string
  readonly example?: string
  readonly finish?: "stop" | "length"
  readonly tokens?: string
  readonly truths?: string
  readonly predictions?: string
  readonly label?: string
  readonly part?: string
  readonly value?: string
  readonly failed?: "yes"
  readonly sort?: SampleOrder | `-${SampleOrder}`
  readonly after?: string
  readonly limit?: number
}

/** What is asked of a page: which samples, and in which order. Fails where it sorts by a part that it does not name. */
export const page = Effect.fnUntraced(function*(query: PageQuery): Effect.fn.Return<{ filter: SampleFilter; paging: SamplePaging }, Unfit> {
  const { after, failed, limit = usual, predictions, sort = "run", step, tokens, truths, value, ...same } = query
  const order = (sort.startsWith("-") ? sort.slice(1) : sort) as SampleOrder
  if (query.part === undefined && (order === "value" || value !== undefined || failed !== undefined)) {
    return yield* unfit("values are those of a part of the reward; name it by `part`", "part")
  }
  return {
    filter: {
      ...same,
      step: range(step),
      tokens: range(tokens),
      truths: range(truths),
      predictions: range(predictions),
      value: range(value),
      failed: failed === "yes"
    },
    paging: { order, descending: sort.startsWith("-"), after: yield* cursor(after), limit }
  }
})

interface PairsQuery {
  readonly left: string
  readonly right: string
  readonly part?: string
  readonly order?: PairOrder
  readonly after?: string
  readonly limit?: number
}

/** What is asked of pairs: the two places, and in which order. */
export const pairs = Effect.fnUntraced(function*({ after, left, limit = usual, order = "changed", part, right }: PairsQuery): Effect.fn.Return<
  { left: SampleStep; right: SampleStep; asked: PairsAsked },
  Unfit
> {
  return { left: place(left), right: place(right), asked: { part, order, after: yield* cursor(after), limit } }
})
