/** Questions that come one by one, sampled together. */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { Question } from "../../model/message.ts"
import type { Key } from "../../pipeline/Random.ts"
import type { PolicyError } from "../../policy/policyError.ts"
import type { Completion, SampleOptions } from "../../policy/sampler.ts"

/** As many questions wait as may. */
export class Busy extends Data.TaggedError("Busy")<{ readonly waiting: number }> {}

/** How a question is answered; `apart` is whatever else has to be equal for two to be sampled together. */
export interface GatherOptions extends SampleOptions {
  readonly apart?: string
}

type Keyed = Question & { readonly key: Key }

export interface Asking<Q = Keyed, O extends GatherOptions = GatherOptions> {
  readonly question: Q
  readonly options: O
}

export interface Limits {
  /** Questions that may wait. */
  readonly waiting: number
  /** Completions that are sampled together: as many as the model decodes side by side. */
  readonly rows: number
  /** Tokens that they may have in all, for which memory is taken at the start. */
  readonly tokens: number
  /** Milliseconds for which a free model waits for others to come. */
  readonly linger: number
  /** Milliseconds for which it waits at most while some are on their way. */
  readonly patience: number
}

export type Answering<A = Completion> = Effect.Effect<ReadonlyArray<A>, PolicyError>

export interface Gathering<Q = Keyed, O extends GatherOptions = GatherOptions, A = Completion> {
  /** Takes a question in, and gives what waits for its answer; who stops waiting before it is sampled is left out. */
  readonly ask: (asking: Asking<Q, O>) => Effect.Effect<Answering<A>, Busy>
  /** Does what comes before a question is asked: a free model waits for it, so that those who come at once are not torn apart. */
  readonly coming: <A, E>(before: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** Whether two questions can be sampled in one call. Lengths may differ: the longest is sampled, and others are cut. */
const alike = (a: GatherOptions, b: GatherOptions): boolean =>
  a.n === b.n && a.temperature === b.temperature && a.topP === b.topP && a.topK === b.topK && a.apart === b.apart

/** The question that has waited longest, and those behind it that go with it. */
export const next = <A extends { readonly options: GatherOptions }>(waiting: ReadonlyArray<A>, { rows, tokens }: Pick<Limits, "rows" | "tokens">): ReadonlyArray<A> => {
  const [first] = waiting
  if (first === undefined) return []
  const some: Array<A> = []
  let longest = 0
  for (const one of waiting.filter(({ options }) => alike(options, first.options))) {
    longest = Math.max(longest, one.options.maxTokens)
    const count = (some.length + 1) * first.options.n
    if (some.length > 0 && (count > rows || count * longest > tokens)) break
    some.push(one)
  }
  return some
}

interface Waiting<Q, O extends GatherOptions, A> extends Asking<Q, O> {
  readonly answer: Deferred.Deferred<ReadonlyArray<A>, PolicyError>
}

/**
 * Samples what is asked, batch after batch, until the scope ends. Those that come while one is sampled go together in a following one. An
 * answer depends on its question, its key and its options, and on nobody beside it.
 */
export const gather = <Q, O extends GatherOptions, A>(
  sample: (questions: ReadonlyArray<Q>, options: O) => Effect.Effect<ReadonlyArray<ReadonlyArray<A>>, PolicyError>,
  limits: Limits
): Effect.Effect<Gathering<Q, O, A>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const waiting = new Set<Waiting<Q, O, A>>()
    const wanted = yield* Latch.make(false)
    let onTheirWay = 0

    const settled = Effect.gen(function*() {
      let waited = 0
      do {
        yield* Effect.sleep(limits.linger)
        waited += limits.linger
      } while (onTheirWay > 0 && waited < limits.patience)
    })
    const batch = Effect.gen(function*() {
      yield* wanted.await
      yield* settled
      const some = next([...waiting], limits)
      for (const one of some) waiting.delete(one)
      if (waiting.size === 0) yield* wanted.close
      if (some.length === 0) return
      const maxTokens = Math.max(...some.map(({ options }) => options.maxTokens))
      const found = yield* Effect.exit(sample(some.map(({ question }) => question), { ...some[0]!.options, maxTokens }))
      yield* Effect.forEach(some, ({ answer }, i) =>
        found._tag === "Success" ? Deferred.succeed(answer, found.value[i]!) : Deferred.failCause(answer, found.cause))
    })
    yield* Effect.forkScoped(Effect.forever(batch))

    return {
      ask: (asking) =>
        Effect.suspend(() => {
          if (waiting.size >= limits.waiting) return Effect.fail(new Busy({ waiting: waiting.size }))
          const one: Waiting<Q, O, A> = { ...asking, answer: Deferred.makeUnsafe() }
          waiting.add(one)
          const leave = Effect.sync(() => waiting.delete(one))
          return Effect.as(wanted.open, Effect.onInterrupt(Deferred.await(one.answer), () => leave))
        }),
      coming: (before) =>
        Effect.suspend(() => {
          onTheirWay++
          return Effect.ensuring(before, Effect.sync(() => onTheirWay--))
        })
    }
  })
