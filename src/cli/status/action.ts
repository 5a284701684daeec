/** Prints where every experiment stands, and the runs of those that are under way. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { progress } from "../../report/progress/progress.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"
import { duration } from "../run/progress/format.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly db: string
  readonly json: boolean
}

const leftWords = (seconds: number | undefined): string => seconds === undefined || seconds < 1 ? "" : `about ${duration(seconds)} left`

const stepWords = ({ done, of }: { readonly done: number; readonly of: number | null }): string => of === null ? "" : `${done}/${of}`

export const status = Effect.fn("status")(function*({ db, json }: Options) {
  const all = yield* Workspace.overview(Workspace.at(db))
  const now = yield* Clock.currentTimeMillis
  const shown = all.map(({ runsNow, ...experiment }) => ({ ...experiment, ...progress(runsNow, now) }))
  if (json) {
    return yield* printJson(shown.map(({ done, failed, left, name, running, runs, status }) => ({
      experiment: name,
      status,
      runs,
      done,
      failed,
      secondsLeft: left ?? null,
      running: running.map(({ left, ...run }) => ({ ...run, stage: run.stage ?? null, secondsLeft: left ?? null }))
    })))
  }
  if (shown.length === 0) return yield* print("The database holds no experiment yet; `assay run FILE` makes one.")
  yield* print(grid([
    ["EXPERIMENT", "STATUS", "DONE", "FAILED", ""],
    ...shown.flatMap(({ done, failed, left, name, running, runs, status }) => [
      [visible(name), status, `${done}/${runs}`, String(failed), leftWords(left)],
      ...running.map((run) => [`  ${visible(run.variant)} · seed ${run.seed}`, run.stage ?? "", stepWords(run), "", leftWords(run.left)])
    ])
  ], [2, 3]))
})
