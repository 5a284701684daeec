/** What happens to a run as an entry of its log. */
import type { PlannedRun } from "../../pipeline/plan/Plan.ts"
import type { Event } from "../../pipeline/run/Progress.ts"
import type { Level } from "../../store/index.ts"

export interface Said {
  readonly level: Level
  /** Undefined for what is about the run itself. */
  readonly stage: string | undefined
  readonly message: string
}

const listed = (verb: string, labels: ReadonlyArray<string>): ReadonlyArray<string> => labels.length === 0 ? [] : [`${verb} ${labels.join(", ")}`]

const opening = ({ stages }: PlannedRun, version: string): string => {
  const of = (tag: string) => stages.filter(({ status }) => status._tag === tag).map(({ label }) => label)
  const resumed = stages.flatMap(({ label, status }) => status._tag === "resumes" ? [`${label} after step ${status.step + 1}`] : [])
  return [`assay ${version}`, ...listed("runs", of("runs")), ...listed("goes on with", resumed), ...listed("shares", of("shared")), ...listed("reuses", of("finished"))].join("; ")
}

const took = (seconds: number | undefined): string => seconds === undefined ? "" : ` after ${seconds.toFixed(seconds < 10 ? 2 : 0)} s`

/** Undefined for what the curves hold, or what only a display wants. `seconds`: since what ends began. */
export const said = (event: Event, planned: PlannedRun, version: string, seconds: number | undefined): Said | undefined => {
  const info = (message: string, stage?: string): Said => ({ level: "info", stage, message })
  switch (event._tag) {
    case "RunStarted":
      return info(`begun: ${opening(planned, version)}`)
    case "RunFinished":
      return info(`done${took(seconds)}`)
    case "RunFailed":
      return { level: "error", stage: undefined, message: `failed${took(seconds)}: ${event.message}` }
    case "StageStarted":
      return info("begun", event.stage)
    case "StageReused":
      return info("reused, as an execution with the same fingerprint is there", event.stage)
    case "StageFinished":
      return info(`done${took(seconds)}`, event.stage)
    case "StageFailed":
      return { level: "error", stage: event.stage, message: event.message }
    case "StepCommitted":
    case "StageProgress":
      return undefined
  }
}
