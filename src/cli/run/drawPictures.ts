/** Pictures and the report of an experiment. They are an extra: when one cannot be made, the run has still ended well. */
import { mkdir, writeFile } from "node:fs/promises"
import * as path from "node:path"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { messageOf } from "../../pipeline/reason.ts"
import type { Table } from "../../report/table/Table.ts"
import * as Workspace from "../../workspace/index.ts"
import { say } from "../output.ts"

const save = (folder: string, name: string, content: Uint8Array | undefined) =>
  Effect.promise(async () => {
    if (content === undefined) return []
    await mkdir(folder, { recursive: true })
    const file = path.join(folder, name)
    await writeFile(file, content)
    return [file]
  })

/** What a run leaves for people, by their paths. */
export interface Drawn {
  readonly pictures: ReadonlyArray<string>
  readonly report: string | undefined
}

const draw = Effect.fnUntraced(function*(workspace: Workspace.Workspace, table: Table) {
  const Pictures = yield* Effect.promise(() => import("../../report/figures/pictures.ts"))
  const { learningCurve } = yield* Effect.promise(() => import("../../report/figures/learningCurve.ts"))
  const folder = path.join(workspace.pictures, Pictures.folderName(table.experiment))
  const curve = yield* Workspace.learningCurve(workspace, table.experiment, "reward")
  const runs = yield* Workspace.runs(workspace, table.experiment)
  const chosen = Pictures.compared(table).flatMap((variant) =>
    runs.find((run) => run.variant === variant && run.status === "done") ?? []
  )
  const rows = yield* Effect.forEach(chosen, (run) =>
    Effect.map(Workspace.samples(workspace, run.id), (samples) => ({ caption: `${run.variant}, seed ${run.seed}`, samples })))
  const answers = yield* Pictures.answers(rows, Workspace.imageFile(workspace))
  const pictures = [
    ...(yield* save(folder, "learning-curve.png", yield* Effect.promise(() => learningCurve(table, curve)))),
    ...(yield* save(folder, "answers.png", answers))
  ]
  const { writePage } = yield* Effect.promise(() => import("../report/action.ts"))
  const report = path.join(folder, "report.html")
  yield* writePage(workspace, table.experiment, report)
  const drawn: Drawn = { pictures, report }
  return drawn
})

/**
 * Writes `learning-curve.png`, `answers.png` and `report.html` of an experiment into a folder of its name, and returns their
 * paths. What goes wrong is said, and is no failure.
 */
export const drawPictures = (workspace: Workspace.Workspace, table: Table): Effect.Effect<Drawn> =>
  Effect.catchCause(draw(workspace, table), (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.interrupt
      : Effect.as(say(`No pictures: ${messageOf(cause)}`), { pictures: [], report: undefined }))
