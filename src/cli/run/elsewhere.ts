/** Runs a study by workers that take its cells from a queue. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Json } from "../../pipeline/json.ts"
import type { Options } from "../../pipeline/plan/Plan.ts"
import type { Event } from "../../pipeline/run/Progress.ts"
import * as Queue from "../../queue/index.ts"
import * as Workspace from "../../workspace/index.ts"
import type { AmongRound, Services } from "../../workspace/run.ts"
import { type Failure, usage } from "../failure.ts"
import type { RunStudy } from "../flags.ts"
import { queueAt } from "../queueAt.ts"

export const interrupted = "Interrupted. The workers go on; the same command follows them again."

/** Seconds of silence after which a worker is given up, unless the command says. */
const patience = 60

/** Fails for flags that only a queue gives a meaning. */
export const checkQueue = ({ lease, queue, shared }: Pick<RunStudy, "lease" | "queue" | "shared">): Effect.Effect<void, Failure> => {
  const flag = Option.isSome(shared) ? "--shared" : Option.isSome(lease) ? "--lease" : undefined
  return flag === undefined || Option.isSome(queue)
    ? Effect.void
    : Effect.fail(usage(`${flag} is about cells that workers take from a queue, and there is none. Name it by --queue, or leave ${flag} out.`))
}

/** What a study runs on, and how a plan of it is executed, where the command names a queue. */
export const elsewhere = Effect.fnUntraced(function*(url: string, options: RunStudy) {
  const address = yield* queueAt(url)
  if (options.force.length > 0) return yield* usage("--force and --queue do not go together: force the stage here, then submit the rest.")
  const shared = yield* Queue.Shared.make(Option.getOrElse(options.shared, () => Queue.sharedBeside(address, options.db)))
  const source = yield* Queue.sourceOf(options.file)
  return {
    among: (services: Context.Context<Services>) => Queue.Shared.sharing(services, shared, Queue.Shared.ledger),
    execute: (round: AmongRound, chosen: Options, report: (event: Event) => void) =>
      Queue.execute(
        round,
        {
          experiment: round.plan.experiment.name,
          source,
          options: {
            overrides: (chosen.overrides ?? {}) as { readonly [path: string]: Json },
            scale: chosen.scale ?? null,
            only: chosen.only ?? []
          },
          generated: Workspace.at(options.db).generated,
          seed: round.plan.runs[0]!.record.seed,
          lease: Option.getOrElse(options.lease, () => patience)
        },
        shared,
        address,
        report
      )
  }
})

export type Elsewhere = Effect.Success<ReturnType<typeof elsewhere>>
