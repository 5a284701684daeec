/** The progress display on stderr: redrawn on a terminal, plain lines elsewhere. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Plan } from "../../../pipeline/plan/Plan.ts"
import type { Event } from "../../../pipeline/run/Progress.ts"
import { fold, start } from "./fold.ts"
import * as Lines from "./Lines.ts"
import { render } from "./render.ts"
import type { State } from "./state.ts"

/** How often a terminal is redrawn and a log hears of each running run, in milliseconds. */
const redraw = 125
const report = 5000

interface Screen {
  readonly event: (state: State, event: Event, now: number) => void
  readonly tick: (state: State, now: number) => void
  readonly close: (state: State, now: number) => void
  readonly every: number
}

/** Redraws its lines in place. Failures scroll by above them, so that they stay readable. */
const live = (stream: NodeJS.WriteStream): Screen => {
  let drawn = 0
  const dim = process.env["NO_COLOR"] ? (line: string) => line : (line: string) => `\u001b[2m${line}\u001b[22m`
  const draw = (above: ReadonlyArray<string>, state: State, now: number) => {
    const lines = render(state, Math.max(20, (stream.columns || 80) - 1), now)
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
    close: (state, now) => draw([], state, now)
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

/** Shows a plan's progress on stderr until the scope closes; the result is what engine events are to be given to. */
export const show = (plan: Plan, jobs: number): Effect.Effect<(event: Event) => void, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const screen = process.stderr.isTTY ? live(process.stderr) : plain(process.stderr)
        let state = start(plan, jobs, performance.now())
        const timer = setInterval(() => screen.tick(state, performance.now()), screen.every)
        return {
          listen: (event: Event) => {
            const now = performance.now()
            state = fold(state, event, now)
            screen.event(state, event, now)
          },
          close: () => {
            clearInterval(timer)
            screen.close(state, performance.now())
          }
        }
      }),
      (display) => Effect.sync(display.close)
    ),
    (display) => display.listen
  )
