/** Reports of a small study whose completions are hostile. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { gather } from "../../../src/cli/report/gather.ts"
import { report } from "../../../src/report/html/report.ts"
import { join } from "../../../src/report/table/join.ts"
import * as Store from "../../../src/store/index.ts"
import { at } from "../../../src/workspace/index.ts"
import { drawPicture, planStudy, writeStudy } from "../../browser/database.ts"
import { opened, temporaryFolder } from "../../store/support.ts"

export const made = { version: "1.2.3", at: new Date(0), database: "runs.db" }

/** What was read of the study, and of another one that did not run; its picture is there or not. */
export const chapters = (picture = true) =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const workspace = at(`${folder}/runs.db`)
    const context = yield* Layer.build(Store.layer({ file: workspace.db, objects: workspace.objects }))
    const journal = yield* Effect.provide(opened, context)
    yield* writeStudy(journal, picture ? yield* Effect.promise(() => drawPicture(folder)) : "/nowhere.png")
    yield* planStudy(journal, "planned")
    return { whole: yield* gather(workspace, "reward-comparison"), planned: yield* gather(workspace, "planned") }
  })))

export const pageOf = (...all: ReadonlyArray<Awaited<ReturnType<typeof chapters>>["whole"]>): string =>
  report(all, join(all.map(({ account }) => account.source)), made)
