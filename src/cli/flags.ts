import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Parse from "./parse.ts"

const said = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** `--db`, else the environment's ASSAY_DB, else runs.db in the working folder. */
export const db = Flag.String("db").pipe(
  Flag.withDescription("Database file (default: $ASSAY_DB, else ./runs.db)"),
  Flag.withMetavar("FILE"),
  Flag.withDefault(process.env["ASSAY_DB"] || "runs.db")
)

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON to stdout, for scripts"),
  Flag.withDefault(false)
)

export const pipelineFile = Argument.String("FILE").pipe(
  Argument.withDescription("Study file: a TypeScript module whose default export is Experiment.make(...)")
)

/** What selects and changes the runs of a study; `run` and `plan` take the same. */
export const study = {
  set: Flag.String("set").pipe(
    Flag.withDescription("Override a config value, by its path or the end of it (repeatable)"),
    Flag.withMetavar("path=value"),
    Flag.mapTryCatch(Parse.assignment, said),
    Flag.atLeast(0)
  ),
  only: Flag.String("only").pipe(
    Flag.withDescription("Only variants with this label (repeatable; labels of one axis add up)"),
    Flag.withMetavar("axis=label"),
    Flag.mapTryCatch(Parse.choice, said),
    Flag.atLeast(0)
  ),
  seeds: Flag.String("seeds").pipe(
    Flag.withDescription("How many seeds (3), a range (0..4) or a list (0,2); default: the study's"),
    Flag.mapTryCatch(Parse.seeds, said),
    Flag.optional
  ),
  scale: Flag.String("scale").pipe(
    Flag.withDescription("A named set of overrides that the study declares, such as full"),
    Flag.withMetavar("NAME"),
    Flag.optional
  ),
  force: Flag.String("force").pipe(
    Flag.withDescription("Run the stages of this name again, finished or not (repeatable)"),
    Flag.withMetavar("STAGE"),
    Flag.atLeast(0)
  )
} as const
