/** The one metric of an experiment that a word on the command line means. */
import * as Effect from "effect/Effect"
import * as Metric from "../pipeline/declare/Metric.ts"
import { unknownName } from "../pipeline/near.ts"
import { type Failure, usage } from "./failure.ts"

interface Measured {
  readonly scope: string
  readonly name: string
  readonly unit: string
}

/** Fails with a usage error that names what comes near, or what it may be. */
export const metricCalled = (name: string, all: ReadonlyArray<Measured>): Effect.Effect<Measured, Failure> => {
  const known = [...new Map(all.map((metric) => [Metric.fullName(metric), metric])).values()]
  const [found, ...others] = Metric.meant(name, known)
  if (found === undefined) {
    const names = [...new Set(known.flatMap((metric) => [Metric.fullName(metric), metric.name]))]
    return Effect.fail(usage(unknownName("metric called", name, names, "Nothing is measured yet.")))
  }
  if (others.length === 0) return Effect.succeed(found)
  return Effect.fail(usage(`"${name}" may be ${[found, ...others].map(Metric.fullName).join(" or ")}. Give the whole name.`))
}
