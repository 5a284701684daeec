/** Writes a report of experiments, and prints its path. */
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Made } from "../../report/account/account.ts"
import { folderName } from "../../report/figures/pictures.ts"
import { report as page } from "../../report/html/report.ts"
import { report as markdown } from "../../report/markdown/report.ts"
import { join } from "../../report/table/join.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { print } from "../output.ts"
import { saveFile } from "../saveFile.ts"
import { version } from "../version.ts"
import { gather } from "./gather.ts"

interface Options {
  readonly experiments: ReadonlyArray<string>
  readonly format: "html" | "md"
  readonly out: Option.Option<string>
  readonly db: string
}

const made = (db: string): Made => ({ version, at: new Date(), database: path.basename(db) })

/** Writes the HTML report of one experiment into a file. */
export const writePage = Effect.fnUntraced(function*(workspace: Workspace.Workspace, experiment: string, file: string) {
  const chapter = yield* gather(workspace, experiment)
  yield* saveFile(file, Buffer.from(page([chapter], chapter.table, made(workspace.db))))
})

export const report = Effect.fn("report")(function*({ db, experiments, format, out }: Options) {
  const workspace = Workspace.at(db)
  const names = [...new Set(experiments)]
  const chapters = yield* Effect.forEach(names, (name) => gather(workspace, name))
  const joint = join(chapters.map(({ account }) => account.source))
  const file = Option.getOrElse(out, () => `${folderName(names.join("+"))}-report.${format}`)
  if (format === "html") {
    yield* saveFile(file, Buffer.from(page(chapters, joint, made(db))))
  } else {
    const { figures, text } = yield* Effect.promise(() => markdown(chapters, joint, made(db), `${path.basename(file, path.extname(file))}-figures`))
    for (const { content, name } of figures) yield* saveFile(path.join(path.dirname(file), name), content)
    yield* saveFile(file, Buffer.from(text))
  }
  yield* print(file)
})
