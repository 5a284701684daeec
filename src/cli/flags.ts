/** Flags and arguments that several commands have. */
import { availableParallelism } from "node:os"
import * as Argument from "effect/cli/Argument"
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { reasonOf } from "../pipeline/reason.ts"
import * as Parse from "./Parse.ts"

/** `--db`, else the environment's ASSAY_DB, else runs.db in the working folder. */
export const db = Flag.String("db").pipe(
  Flag.withDescription("Database file (default: $ASSAY_DB, else ./runs.db)"),
  Flag.withMetavar("FILE"),
  Flag.withDefault(process.env["ASSAY_DB"] || "runs.db"),
  Flag.filter((file) => file !== "" && file !== ":memory:", () => "a file: what a study finds must outlive the command")
)

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON to stdout, for scripts"),
  Flag.withDefault(false)
)

/** What removes something says first what it would remove. */
export const yes = Flag.Boolean("yes").pipe(
  Flag.withAlias("y"),
  Flag.withDescription("Do it, instead of saying what would be done"),
  Flag.withDefault(false)
)

export const run = Argument.Int("RUN").pipe(Argument.withDescription("Number of a run, from `assay list`"))

export const experiment = Argument.String("EXPERIMENT").pipe(
  Argument.withDescription("Name of an experiment, from `assay list`")
)

/** The study that stored runs are of. */
export const declaredBy = Flag.String("file").pipe(
  Flag.withDescription("Study file that declares it, where it is no longer where it ran"),
  Flag.withMetavar("FILE"),
  Flag.optional
)

export const variant = Flag.Literals("variant", ["faithful", "fixed"]).pipe(
  Flag.withDescription("faithful: as the published code computes; fixed: as its text says"),
  Flag.withDefault("fixed")
)

const file = Argument.String("FILE").pipe(
  Argument.withDescription("Study file: a TypeScript module whose default export is Experiment.make(...)")
)

/** What selects and changes the runs of a study; `run` and `plan` take the same. */
export const study = {
  file,
  set: Flag.String("set").pipe(
    Flag.withDescription("Override a config value, by its path or the end of it (repeatable)"),
    Flag.withMetavar("path=value"),
    Flag.mapTryCatch(Parse.assignment, reasonOf),
    Flag.atLeast(0)
  ),
  only: Flag.String("only").pipe(
    Flag.withDescription("Only variants with this label (repeatable; labels of one axis add up)"),
    Flag.withMetavar("axis=label"),
    Flag.mapTryCatch(Parse.choice, reasonOf),
    Flag.atLeast(0)
  ),
  seeds: Flag.String("seeds").pipe(
    Flag.withDescription("How many seeds (3), a range (0..4) or a list (0,2); default: the study's"),
    Flag.mapTryCatch(Parse.seeds, reasonOf),
    Flag.optional
  ),
  scale: Flag.String("scale").pipe(
    Flag.withDescription("A named set of overrides that the study declares, such as full"),
    Flag.withMetavar("NAME"),
    Flag.optional
  ),
  force: Flag.String("force").pipe(
    Flag.withDescription("Run the stages of this name again, finished or not, and what reads their results (repeatable)"),
    Flag.withMetavar("STAGE"),
    Flag.atLeast(0)
  ),
  needed: Flag.Boolean("needed").pipe(
    Flag.withDescription("Where files of a finished stage are gone, run it again only if something that is to run reads them"),
    Flag.withDefault(false)
  ),
  watch: Flag.Boolean("watch").pipe(
    Flag.withDescription("Do it again whenever a file of the study changes, until Ctrl-C"),
    Flag.withDefault(false)
  ),
  db,
  json
} as const

export type Study = Command.Command.Config.Infer<typeof study>

const address = Flag.String("queue").pipe(
  Flag.withMetavar("URL"),
  Flag.withDescription("Queue of cells: postgres://USER:PASSWORD@HOST/DATABASE, or on one machine sqlite:FILE")
)

const shared = Flag.String("shared").pipe(
  Flag.withDescription("Where all machines find what stages left: a folder, or s3://BUCKET/PREFIX (default: beside the queue's file, or .assay/shared)"),
  Flag.withMetavar("PLACE"),
  Flag.optional
)

/** A queue that workers take cells from, and the place that they share. */
export const queue = { queue: address, shared } as const

/** What there is on this machine for stages to share. */
export const have = Flag.String("have").pipe(
  Flag.withDescription("What stages that say what they need may share, such as gpu=1 or memory=16GB (repeatable; default: cores and memory)"),
  Flag.withMetavar("name=amount"),
  Flag.mapTryCatch(Parse.amount, reasonOf),
  Flag.atLeast(0),
  Flag.map((all) => Object.fromEntries(all.map(({ amount, name }) => [name, amount])))
)

/** How many of `what` at a time. */
export const jobs = (what: string) =>
  Flag.Int("jobs").pipe(
    Flag.withAlias("j"),
    Flag.withDescription(`${what} side by side (default: number of cores, at most 2)`),
    Flag.filter((jobs) => jobs >= 1 && jobs <= 64, () => "a number from 1 to 64"),
    Flag.withDefault(Math.min(2, availableParallelism()))
  )

/** The same, and how to run it. */
export const runStudy = {
  ...study,
  jobs: jobs("Runs"),
  have,
  queue: Flag.optional(address),
  shared,
  lease: Flag.Int("lease").pipe(
    Flag.withDescription("With --queue: seconds of silence after which a worker is given up, and its cells go to others (default 60)"),
    Flag.filter((seconds) => seconds >= 4 && seconds <= 86_400, () => "a number of seconds from 4 to 86400"),
    Flag.optional
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Print the plan and stop, like `assay plan`"),
    Flag.withDefault(false)
  )
} as const

export type RunStudy = Command.Command.Config.Infer<typeof runStudy>

/** Names a number and the least that it may be. */
export const failUnder = Flag.String("fail-under").pipe(
  Flag.withDescription("Exit with 1 when this number is below that (repeatable)"),
  Flag.withMetavar("name=number"),
  Flag.mapTryCatch(Parse.least, reasonOf),
  Flag.atLeast(0)
)
