/** Reads what a report tells of an experiment. */
import * as Effect from "effect/Effect"
import type { Chapter, Shown } from "../../report/account/account.ts"
import { examplesOf, rowsOf } from "../../report/account/choose.ts"
import { thumbnail } from "../../report/account/thumbnail.ts"
import { ofSample } from "../../report/figures/pictures.ts"
import * as Table from "../../report/table/Table.ts"
import * as Workspace from "../../workspace/Reading.ts"

type Sample = Effect.Success<ReturnType<typeof Workspace.samples>>[number]

/** The last held-out answers of a run: of the evaluation that the table's first metric is of, where it has any. */
const heldOut = (samples: ReadonlyArray<Sample>, scope: string | undefined): ReadonlyArray<Sample> => {
  const own = samples.filter((sample) => (sample.scope || sample.stage) === scope)
  const [first] = own.length > 0 ? own : samples
  return samples.filter(({ scope, stage, step }) => stage === first?.stage && scope === first.scope && step === first.step)
}

const pictureOf = (sample: Sample, resolve: (image: string) => string): Effect.Effect<Shown["picture"]> => {
  const drawable = ofSample(sample, resolve, "")
  const { height, width } = sample
  if (drawable === undefined || width === null || height === null) return Effect.undefined
  return Effect.match(thumbnail(drawable.path), {
    onFailure: () => undefined, // the database may have come without its pictures
    onSuccess: (uri) => ({ uri, sizes: { original: { width, height }, resized: drawable.input } })
  })
}

const shownOf = Effect.fnUntraced(function*(workspace: Workspace.Workspace, table: Table.Table, runs: ReadonlyArray<Chapter["account"]["runs"][number]>) {
  const chosen = rowsOf(table).flatMap(({ is, variant }) => {
    const run = runs.find((run) => run.variant === variant && run.status === "done")
    return run === undefined ? [] : [{ is, run }]
  })
  const rows = yield* Effect.forEach(chosen, ({ is, run }) =>
    Effect.map(Workspace.samples(workspace, run.id), (samples) => ({
      is,
      row: `${run.variant}, seed ${run.seed}`,
      byPlace: new Map(heldOut(samples, table.columns[0]?.scope).map((sample) => [sample.ordinal, sample]))
    })))
  const resolve = Workspace.imageFile(workspace)
  const examples = examplesOf(rows.map(({ byPlace, is }) => ({ is, samples: [...byPlace.values()] })))
  return yield* Effect.forEach(examples, ({ chosen, ordinal }) =>
    Effect.gen(function*() {
      const answers = rows.map(({ byPlace, row }) => ({ row, sample: byPlace.get(ordinal)! }))
      const { sample } = answers[0]!
      return {
        example: sample.example,
        chosen,
        picture: yield* pictureOf(sample, resolve),
        answers: answers.map(({ row, sample }) => ({ row, ...sample, boxes: ofSample(sample, resolve, "")?.boxes ?? [] }))
      }
    }), { concurrency: 4 })
})

/** Everything of one experiment. Fails with `NotFound`, `StoreError`. */
export const gather = Effect.fnUntraced(function*(workspace: Workspace.Workspace, experiment: string) {
  const account = yield* Workspace.account(workspace, experiment)
  const table = Table.make(account.source)
  const chapter: Chapter = { account, table, shown: yield* shownOf(workspace, table, account.runs) }
  return chapter
})
