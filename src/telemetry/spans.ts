/** Spans by hand: begun and ended when the journal says so, apart from the fibers of Effect. */
import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"

export type Attributes = { readonly [name: string]: string | number }

/** How something ended. An error is what the journal says of it. */
export type End = "done" | "interrupted" | { readonly error: string }

/** The stack would be this file's, which explains nothing. */
const failure = (message: string): Error => Object.assign(new Error(message), { stack: message })

const exitOf = (end: End): Exit.Exit<void, Error> =>
  end === "done" ? Exit.void : end === "interrupted" ? Exit.interrupt() : Exit.fail(failure(end.error))

/** `now` is in nanoseconds since 1970. */
export const spansOf = (tracer: Tracer.Tracer, now: () => bigint) => ({
  now,
  /** Begins now, or when `since` says. */
  begin: (name: string, parent: Tracer.Span | undefined, attributes: Attributes, since = now()): Tracer.Span => {
    const span = tracer.span({
      name,
      parent: Option.fromUndefinedOr(parent),
      annotations: Context.empty(),
      links: [],
      startTime: since,
      kind: "internal",
      root: parent === undefined,
      sampled: true
    })
    for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
    return span
  },
  end: (span: Tracer.Span, how: End, attributes: Attributes = {}): void => {
    for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
    span.end(now(), exitOf(how))
  }
})

export type Spans = ReturnType<typeof spansOf>
