/** Experiments: studies as values, a grid of variants over seeds. */
import { InvalidExperiment } from "../Errors.ts"
import type { Json } from "../json.ts"
import type { BuiltIn } from "../run/services.ts"
import * as Grid from "./Grid.ts"
import type { Pipeline } from "./Pipeline.ts"
import type { AnyPolicy, PolicyNode } from "./policyNode.ts"
import type { Until } from "./Seeds.ts"

export type { AnyPolicy, PolicyNode } from "./policyNode.ts"

type Axes = { readonly [axis: string]: { readonly [label: string]: unknown } }
type CellOf<A extends Axes> = { readonly [K in keyof A]: A[K][keyof A[K]] }
type LabelsOf<A extends Axes> = { readonly [K in keyof A]: keyof A[K] & string }
type Runnable<R> = Pipeline<unknown, { readonly message: string }, R | BuiltIn>

/** How to print the table. */
export interface TableSetting {
  /** The axis whose labels are the rows; other axes become columns. Without it, every variant is a row. */
  readonly rows?: string
  /** In order: "mAP" while only one stage records it, else with the scope of the evaluation, "ovdeval/mAP". */
  readonly metrics: ReadonlyArray<string>
  /** Figures to print beside the measured ones, by row and in the order of the metrics. */
  readonly published?: { readonly [row: string]: ReadonlyArray<number | null> }
}

/** What a study is declared by. */
export interface Options<A extends Axes, R> {
  readonly question: string
  readonly policy: PolicyNode<R> | ((cell: CellOf<A>) => PolicyNode<R>)
  /** A number n means the seeds 0 to n - 1; `Seeds.until` runs more where the answer is open. */
  readonly seeds: number | ReadonlyArray<number> | Until
  /** By axis, what its labels stand for. Without axes there is one variant, named after the experiment. */
  readonly axes?: A
  /** What the others are compared with, seed by seed. */
  readonly baseline?: LabelsOf<NoInfer<A>>
  /** The cells to run, where it is not the product of the axes. */
  readonly cells?: ReadonlyArray<LabelsOf<NoInfer<A>>>
  /** Cells to leave out: all that have these labels. */
  readonly exclude?: ReadonlyArray<Partial<LabelsOf<NoInfer<A>>>>
  /**
   * Where the policy depends on the cell and the stages do not, still take it, `(_) => ...`: the compiler needs the
   * order.
   */
  readonly pipeline: (cell: CellOf<NoInfer<A>>) => Runnable<NoInfer<R>>
  /**
   * Rows outside the grid, such as the untrained model; they use the study's policy, which then must not depend on the
   * cell.
   */
  readonly references?: { readonly [row: string]: Runnable<NoInfer<R>> }
  readonly table: TableSetting & { readonly rows?: keyof NoInfer<A> & string }
  /** Named sets of overrides, by path. */
  readonly scales?: { readonly [scale: string]: { readonly [path: string]: Json } }
}

/** One row of the study without its seed: labels of its cell, policy and pipeline. */
export interface Variant {
  readonly name: string
  readonly cell: { readonly [axis: string]: string }
  readonly role: "variant" | "baseline" | "reference"
  readonly policy: AnyPolicy
  readonly pipeline: Pipeline<unknown, unknown, unknown>
}

/** A study as a value: its rows, seeds and how to tabulate them. */
export interface Experiment {
  readonly name: string
  readonly question: string
  /** Those that every row runs. */
  readonly seeds: ReadonlyArray<number>
  /** By which rule rows run more. */
  readonly until?: Until | undefined
  /** Labels by axis. */
  readonly axes: Grid.Labels
  readonly variants: ReadonlyArray<Variant>
  readonly table: TableSetting
  readonly scales: { readonly [scale: string]: { readonly [path: string]: Json } }
}

const labelsOf = (axes: Axes): Grid.Labels =>
  Object.fromEntries(Object.entries(axes).map(([axis, options]) => [axis, Object.keys(options)]))

/** Name of a variant: the labels of its cell in the order of the axes. */
const nameOf = (experiment: string, axes: Grid.Labels, cell: Grid.Cell): string =>
  Object.keys(axes).length === 0 ? experiment : Object.keys(axes).map((axis) => cell[axis]).join(" | ")

const referenceVariants = (name: string, options: Options<Axes, never>): ReadonlyArray<Variant> => {
  const { policy, references = {} } = options
  if (typeof policy !== "function") {
    return Object.entries(references).map(([row, pipeline]) =>
      ({ name: row, cell: {}, role: "reference", policy, pipeline }))
  }
  if (Object.keys(references).length === 0) return []
  throw new InvalidExperiment({
    experiment: name,
    message: `${name}: a study whose policy depends on the cell cannot have reference rows; make them cells of an axis.`
  })
}

/** Throws `InvalidExperiment` for an axis or a label that the study does not have. */
const checkLabels = (name: string, axes: Grid.Labels, what: string, cell: Partial<Grid.Cell>): void => {
  for (const [axis, label] of Object.entries(cell)) {
    const labels = axes[axis]
    const known = (labels ?? Object.keys(axes)).map((one) => `"${one}"`).join(", ")
    const problem = labels === undefined
      ? `names the axis "${axis}", which there is not; there are: ${known || "none"}`
      : label === undefined || labels.includes(label)
      ? undefined
      : `names the ${axis} "${label}", which there is not; there are: ${known}`
    if (problem !== undefined) throw new InvalidExperiment({ experiment: name, message: `${name}: ${what} ${problem}.` })
  }
}

const firstSeeds = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)

const seedsOf = (given: Options<Axes, never>["seeds"]): Pick<Experiment, "seeds" | "until"> => {
  if (typeof given === "number") return { seeds: firstSeeds(given) }
  return "looks" in given ? { seeds: firstSeeds(given.looks[0]!), until: given } : { seeds: given }
}

const build = (name: string, options: Options<Axes, never>): Experiment => {
  const given = options.axes ?? {}
  const axes = labelsOf(given)
  for (const cell of options.exclude ?? []) checkLabels(name, axes, "exclude", cell)
  for (const cell of options.cells ?? []) checkLabels(name, axes, "cells", cell)
  checkLabels(name, axes, "baseline", options.baseline ?? {})
  const cells = Grid.exclude<Grid.Cell>(
    options.cells ?? Grid.product(axes),
    (options.exclude ?? []) as ReadonlyArray<Partial<Grid.Cell>>
  )
  const { baseline, policy } = options
  if (baseline !== undefined && !cells.some((cell) => Grid.fits(cell, baseline))) {
    const message = `${name}: no cell is the baseline ${JSON.stringify(baseline)}.`
    throw new InvalidExperiment({ experiment: name, message })
  }
  const inGrid = cells.map((cell): Variant => {
    const values = Object.fromEntries(Object.keys(axes).map((axis) => [axis, given[axis]![cell[axis]!]]))
    return {
      name: nameOf(name, axes, cell),
      cell,
      role: baseline !== undefined && Grid.fits(cell, baseline) ? "baseline" : "variant",
      policy: typeof policy === "function" ? policy(values) : policy,
      pipeline: options.pipeline(values)
    }
  })
  const { seeds, until } = seedsOf(options.seeds)
  if (until !== undefined && baseline === undefined) {
    const message = `${name}: Seeds.until looks at differences to a baseline, and the study names none.`
    throw new InvalidExperiment({ experiment: name, message })
  }
  return {
    name,
    question: options.question,
    seeds,
    until,
    axes,
    variants: [...referenceVariants(name, options), ...inGrid],
    table: options.table,
    scales: options.scales ?? {}
  }
}

/**
 * Declares a study: every cell of the grid becomes a variant with its own pipeline, run once a seed.
 *
 * Throws `InvalidExperiment` when the baseline is no cell of the grid, or what building a pipeline throws.
 */
export const make = <const A extends Axes = {}, R = never>(name: string, options: Options<A, R>): Experiment =>
  build(name, options as unknown as Options<Axes, never>)
