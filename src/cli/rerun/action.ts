/** Makes a run again, and prints whether it came out as it did. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exits } from "../../pipeline/Errors.ts"
import type { Event } from "../../pipeline/run/Progress.ts"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/index.ts"
import * as Difference from "../diff/Difference.ts"
import { Failure } from "../failure.ts"
import { print, printJson } from "../output.ts"

interface Options {
  readonly run: number
  readonly file: Option.Option<string>
  readonly db: string
  readonly json: boolean
}

type Found = Effect.Success<ReturnType<typeof Workspace.rerun>>

const listen = (event: Event): void => {
  if (event._tag === "StageStarted") process.stderr.write(`${visible(event.stage)}...\n`)
  if (event._tag === "StepCommitted") process.stderr.write(`${visible(event.stage)}: step ${event.done} of ${event.steps}\n`)
}

const verdict = ({ first, metrics }: Found): string => {
  const all = first.metrics.length
  const same = all - metrics.filter(({ left }) => left !== undefined).length
  const more = metrics.filter(({ left }) => left === undefined).length
  return `${same} of ${all} last numbers are the same to the bit${more === 0 ? "" : `, and ${more} more ${more === 1 ? "is" : "are"} there`}.`
}

const text = (found: Found): string => {
  const { codes, environment, first, metrics, params } = found
  return [
    `run ${first.id} again: ${visible(first.experimentName)}, ${visible(first.variant)}, seed ${first.seed}`,
    ...Difference.values("environment: then, now", environment),
    ...Difference.values("config that could not be set as it was: then, now", params),
    ...Difference.codes("code and data, since then", codes),
    ...Difference.numbers("last numbers: then, now", metrics),
    "",
    verdict(found)
  ].join("\n")
}

const json = ({ codes, environment, first, metrics, params }: Found) => ({
  run: first.id,
  same: metrics.length === 0,
  environment: Difference.json(environment),
  config: Difference.json(params),
  code: codes.map(({ label, words }) => ({ stage: label, words })),
  metrics: Difference.json(metrics)
})

export const rerun = Effect.fn("rerun")(function*(options: Options) {
  const found = yield* Workspace.rerun(Workspace.at(options.db), options.run, Option.getOrUndefined(options.file), listen)
  yield* options.json ? printJson(json(found)) : print(text(found))
  if (found.metrics.length > 0) return yield* new Failure({ exitCode: exits.mismatch, message: "" })
})
