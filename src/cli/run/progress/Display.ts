/** The progress display on stderr: redrawn on a terminal, plain lines elsewhere. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Plan } from "../../../pipeline/plan/Plan.ts"
import type { Event } from "../../../pipeline/run/Progress.ts"
import { fit } from "../../../report/width.ts"
import { fold, start } from "./fold.ts"
import * as Lines from "./Lines.ts"
import { render } from "./render.ts"
import type { State } from "./state.ts"

/** How often a terminal is redrawn and a log hears of each running run, in milliseconds. */
const redraw = 125
const report = 5000

/** How often a terminal looks whether there is more to put into its table, in milliseconds. */
const look = 1000

interface Screen {
  readonly event: (state: State, event: Event, now: number) => void
  readonly tick: (state: State, now: number) => void
  readonly close: (state: State, now: number) => void
  /** Shows the lines of the study's table, where there is a place for it. */
  readonly table?: (lines: ReadonlyArray<string>) => void
  readonly every: number
}

/** Redraws its lines in place. Failures scroll by above them, so that they stay readable. */
export const live = (stream: Pick<NodeJS.WriteStream, "write" | "columns" | "rows">): Screen => {
  let drawn = 0
  let table: ReadonlyArray<string> = []
  const dim = process.env["NO_COLOR"] ? (line: string) => line : (line: string) => `\u001b[2m${line}\u001b[22m`
  const draw = (above: ReadonlyArray<string>, state: State, now: number) => {
    const columns = Math.max(20, (stream.columns || 80) - 1)
    const progress = render(state, columns, now)
    const room = (stream.rows || 24) - progress.length - 2
    const lines = [...(table.length <= room ? table.map((line) => fit(line, columns)) : []), ...progress]
    const up = drawn === 0 ? "" : `\u001b[${drawn}A`
    const body = [...above, ...lines.slice(0, -1), dim(lines.at(-1)!)]
    stream.write(`${up}\r\u001b[0J${body.join("\n")}\n`)
    drawn = lines.length
  }
  return {
    every: redraw,
    event: (state, event, now) => {
      if (event._tag === "RunFailed") draw([Lines.ofEvent(state, event, now)!], state, now)
    },
    tick: (state, now) => draw([], state, now),
    close: (state, now) => {
      table = [] // the whole of it follows
      draw([], state, now)
    },
    table: (lines) => (table = lines)
  }
}

/** Writes plain lines, for logs and pipes. */
const plain = (stream: NodeJS.WriteStream): Screen => {
  const say = (line: string | undefined) => {
    if (line !== undefined) stream.write(`${line}\n`)
  }
  return {
    every: report,
    event: (state, event, now) => say(Lines.ofEvent(state, event, now)),
    tick: (state, now) =>
      state.runs.forEach((run) => say(run.status === "running" ? Lines.ofRun(state, run, now) : undefined)),
    close: () => {}
  }
}

/**
 * Shows a plan's progress on stderr until the scope closes; the result is what engine events are to be given to. On a terminal
 * `table` is asked for the study's table, as lines of so many columns, whenever a run has ended.
 */
export const show = Effect.fnUntraced(function*(
  plan: Plan,
  jobs: number,
  table: (columns: number) => Effect.Effect<ReadonlyArray<string>, unknown>
): Effect.fn.Return<(event: Event) => void, never, Scope.Scope> {
  const screen = process.stderr.isTTY ? live(process.stderr) : plain(process.stderr)
  let state = start(plan, jobs, performance.now())
  yield* Effect.acquireRelease(
    Effect.sync(() => setInterval(() => screen.tick(state, performance.now()), screen.every)),
    (timer) =>
      Effect.sync(() => {
        clearInterval(timer)
        screen.close(state, performance.now())
      })
  )
  if (screen.table !== undefined) yield* Effect.forkScoped(keepTable(() => endedIn(state), table, screen.table))
  return (event) => {
    const now = performance.now()
    state = fold(state, event, now)
    screen.event(state, event, now)
  }
})

const endedIn = ({ runs }: State): number => runs.filter(({ status }) => status === "done").length

/** Reads the table again whenever more runs have ended. One that cannot be read now is read the next time. */
const keepTable = Effect.fnUntraced(function*(
  ended: () => number,
  table: (columns: number) => Effect.Effect<ReadonlyArray<string>, unknown>,
  show: (lines: ReadonlyArray<string>) => void
) {
  for (let known = 0;;) {
    yield* Effect.sleep(look)
    const now = ended()
    if (now === known) continue
    const lines = yield* Effect.option(table((process.stderr.columns || 80) - 1))
    if (lines._tag === "None") continue
    show(lines.value)
    known = now
  }
})
