/** Brings packed runs into a database, and says what was new. */
import * as Effect from "effect/Effect"
import * as Workspace from "../../workspace/Reading.ts"
import { counted } from "../counted.ts"
import { print, printJson } from "../output.ts"

interface Options {
  readonly file: string
  readonly db: string
  readonly json: boolean
}

const words = ({ executions, files, pictures, runs }: Workspace.Unpacked, db: string): ReadonlyArray<string> => [
  `${db}: ${counted(runs.added, "run")} added, ${runs.completed} completed, ${runs.here} here already; ` +
  `${counted(executions.added, "execution")}, ${counted(files, "file")} and ${counted(pictures, "picture")} came along.`,
  ...(runs.beside === 0
    ? []
    : [`${counted(runs.beside, "run")} of them ${runs.beside === 1 ? "is" : "are"} of another state of the study than what is here: tables go by what is here. \`assay explain\` says what differs.`]),
  ...(executions.differing === 0
    ? []
    : [`${counted(executions.differing, "execution")} that ${executions.differing === 1 ? "was" : "were"} here already came to other numbers there; those here stay.`])
]

export const unpack = Effect.fn("unpack")(function*({ db, file, json }: Options) {
  const unpacked = yield* Workspace.unpack(Workspace.at(db), file)
  yield* json ? printJson(unpacked) : print(words(unpacked, db).join("\n"))
})
