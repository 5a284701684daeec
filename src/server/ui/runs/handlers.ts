/** Answers about runs. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Workspace from "../../../workspace/Reading.ts"
import { Api } from "../api.ts"
import { explained } from "../problems.ts"
import { Shown } from "../shown.ts"

type Run = Effect.Success<ReturnType<typeof Workspace.runById>>
type Difference = Workspace.RunDifference["params"][number]

/** Entries of a log that the page shows: the last. */
const shown = 500

const sideOf = ({ current, experimentName, id, seed, variant }: Run) => ({
  run: id,
  experiment: experimentName,
  variant,
  seed,
  current
})

const stageOf = (run: Run, stage: Run["stages"][number]) => ({
  ...stage,
  kept: run.kept.filter(({ position }) => position === stage.position)
    .map(({ artifact, role, step }) => ({ role, step, artifact, used: artifact === stage.subject }))
})

const jsonOf = (value: Difference["left"]): string | null => value === undefined ? null : JSON.stringify(value)

const differencesOf = (all: ReadonlyArray<Difference>) =>
  all.map(({ left, path, right }) => ({ path, left: jsonOf(left), right: jsonOf(right) }))

export const runHandlers = HttpApiBuilder.group(Api, "runs", Effect.fn(function*(handlers) {
  const workspace = yield* Shown
  return handlers.handleAll({
    list: ({ query }) => explained(Workspace.runTable(workspace, query.experiment)),
    one: ({ query }) =>
      Effect.map(explained(Workspace.runById(workspace, query.run)), (run) => ({
        ...run,
        ...sideOf(run),
        stages: run.stages.map((stage) => stageOf(run, stage)),
        environment: run.facts
      })),
    log: ({ query }) => Effect.map(explained(Workspace.log(workspace, query.run, shown)), ({ entries }) => ({ entries })),
    difference: ({ query }) =>
      Effect.map(explained(Workspace.runDifference(workspace, query.run, query.other)), ({ environment, left, params, right, stages }) => ({
        left: sideOf(left),
        right: sideOf(right),
        params: differencesOf(params),
        environment: differencesOf(environment),
        stages: stages.map((stage) => ({ ...stage, only: stage.only ?? null, differences: differencesOf(stage.differences) }))
      }))
  })
}))
