/** Keeps the logs of a plan's runs while it is executed: what the engine tells, and what stages log by Effect. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import manifest from "../../../package.json" with { type: "json" }
import type { Plan } from "../../pipeline/plan/Plan.ts"
import { placeKey } from "../../pipeline/run/logged.ts"
import { type Event, Progress, type RunName } from "../../pipeline/run/Progress.ts"
import * as Store from "../../store/index.ts"
import type { Workspace } from "../workspace.ts"
import * as Waiting from "./Waiting.ts"
import { said } from "./words.ts"

/** How long an entry may wait for others to be written with, in milliseconds: a run of many short stages is not held up. */
const patience = "200 millis"

/** How often the last entries are tried, each time for as long as a busy database is waited for. */
const attempts = 3

const keyOf = ({ seed, variant }: RunName): string => JSON.stringify([variant, seed])

const levels: { readonly [level: string]: Store.Level } = { Fatal: "error", Error: "error", Warn: "warn", Info: "info" }

const textOf = (part: unknown): string => typeof part === "string" ? part : part instanceof Error ? part.message : JSON.stringify(part) ?? String(part)

/** What a stage logs by Effect, told by the place that the engine noted in the fiber; nothing of what is logged outside of any. */
const logger = (add: (entry: Store.Entry) => void) =>
  Logger.make<unknown, void>(({ cause, date, fiber, logLevel, message }) => {
    const place = fiber.getRef(References.CurrentLogAnnotations)[placeKey] as RunName & { readonly stage: string } | undefined
    if (place === undefined) return
    const parts = [message].flat().map(textOf)
    if (cause.reasons.length > 0) parts.push(Cause.pretty(cause))
    add({ ...place, level: levels[logLevel] ?? "debug", at: date.toISOString(), message: parts.join(" ") })
  })

/** Events that nothing follows at their place. */
const ends = new Set<Event["_tag"]>(["RunFinished", "RunFailed", "StageReused", "StageFinished", "StageFailed"])

/**
 * Executes `work`, which tells the progress of `plan`, with the logs of its runs kept and `listen` told as well. Runs that were finished
 * before get no entry. A log that cannot be written stops nothing: the journal will say what is wrong.
 */
export const logged = <A, E, R>(workspace: Workspace, plan: Pick<Plan, "experiment" | "runs">, listen: (event: Event) => void, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const write = yield* Store.logWriter({ file: workspace.db, objects: workspace.objects })
    const ahead = new Map(plan.runs.filter(({ stages }) => stages.some(({ status }) => status._tag !== "finished")).map((run) => [keyOf(run.record), run]))
    const begun = new Map<string, number>()
    const open = new Map<string, RunName>()
    const { add, flush } = Waiting.make((entries: ReadonlyArray<Store.Entry>) => write(plan.experiment.name, entries))

    const note = (event: Event): void => {
      const key = keyOf(event.run)
      const planned = ahead.get(key)
      if (planned === undefined) return
      const now = Date.now()
      const place = `${key} ${"stage" in event ? event.stage : ""}`
      if (event._tag === "RunStarted") open.set(key, event.run)
      if (event._tag === "RunFinished" || event._tag === "RunFailed") open.delete(key)
      if (event._tag === "RunStarted" || event._tag === "StageStarted") begun.set(place, now)
      const since = begun.get(place)
      if (ends.has(event._tag)) begun.delete(place)
      const entry = said(event, planned, manifest.version, since === undefined ? undefined : (now - since) / 1000)
      if (entry !== undefined) add({ ...entry, ...event.run, at: new Date(now).toISOString() })
    }

    const interrupted = Effect.sync(() => {
      for (const run of open.values()) {
        add({ ...run, stage: undefined, level: "warn", at: new Date().toISOString(), message: "interrupted: the same command goes on from what is committed" })
      }
    })

    yield* Effect.addFinalizer(() => Effect.repeat(flush, { until: (isWritten) => isWritten, times: attempts - 1 }))
    yield* Effect.forkScoped(Effect.repeat(flush, Schedule.spaced(patience)))
    return yield* work.pipe(
      Effect.provideService(Progress, (event: Event) => {
        note(event)
        listen(event)
      }),
      Effect.provide(Logger.layer([logger(add)])),
      Effect.onInterrupt(() => interrupted)
    )
  }).pipe(Effect.scoped)
