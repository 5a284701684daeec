/** Prints the log of a run, and follows it. */
import * as Effect from "effect/Effect"
import { padEnd, width } from "../../report/width.ts"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { print, say } from "../output.ts"

interface Options {
  readonly run: number
  readonly follow: boolean
  readonly db: string
  readonly json: boolean
}

type Log = Effect.Success<ReturnType<typeof Workspace.logFrom>>
type Entry = Log["entries"][number]

/** How long a follower waits before it looks again. */
const pause = "300 millis"

/** Whether a run may still get entries. */
const mayGoOn = ({ status }: Log): boolean => status === "running" || status === "planned"

const line = ({ at, level, message, stage }: Entry, stages: number): string =>
  `${at.slice(0, 19).replace("T", " ")}  ${level.padEnd(5)}  ${padEnd(visible(stage ?? "-"), stages)}  ${visible(message)}`

export const logs = Effect.fn("logs")(function*({ db, follow, json, run }: Options) {
  const workspace = Workspace.at(db)
  let [last, stages] = [-1, 1]
  for (;;) {
    const found = yield* Workspace.logFrom(workspace, run, last)
    stages = Math.max(stages, ...found.entries.map(({ stage }) => width(visible(stage ?? ""))))
    if (found.entries.length > 0) {
      yield* print(found.entries.map((entry) => json ? JSON.stringify(entry) : line(entry, stages)).join("\n"))
    }
    last = found.entries.at(-1)?.ordinal ?? last
    if (found.entries.length === Workspace.mostLogged) continue // a long log comes piece by piece
    if (follow && mayGoOn(found)) yield* Effect.sleep(pause)
    else if (follow && found.entries.length > 0) continue // what came last may have come after it was read how the run stands
    else break
  }
  if (last < 0) yield* say(`Nothing is logged of run ${run}: it was imported, ran before logs were kept, or found everything finished.`)
})
