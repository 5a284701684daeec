/** Answers about experiments. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { progress } from "../../../report/progress/progress.ts"
import * as Workspace from "../../../workspace/Reading.ts"
import { Api } from "../api.ts"
import { explained } from "../problems.ts"
import { Shown } from "../shown.ts"

/** An instant instead of a time left: it stays right in an answer that a browser keeps. */
const after = (now: number, seconds: number | undefined): string | null =>
  seconds === undefined ? null : new Date(now + 1000 * seconds).toISOString()

const list = Effect.fnUntraced(function*(workspace: Workspace.Workspace) {
  const all = yield* Workspace.overview(workspace)
  const now = yield* Clock.currentTimeMillis
  return all.map(({ runsNow, ...experiment }) => {
    const { left, running } = progress(runsNow, now)
    return {
      ...experiment,
      endsAt: after(now, left),
      running: running.map(({ left, stage, ...run }) => ({ ...run, stage: stage ?? null, endsAt: after(now, left) }))
    }
  })
})

export const experimentHandlers = HttpApiBuilder.group(Api, "experiments", Effect.fn(function*(handlers) {
  const workspace = yield* Shown
  return handlers.handleAll({
    list: () => explained(list(workspace))
  })
}))
