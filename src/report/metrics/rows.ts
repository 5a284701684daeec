/** The metrics of an experiment as one long table: a row a run, stage, metric and step. */

/** A run of the experiment, as far as other tools are told of it. */
export interface Run {
  readonly id: number
  readonly variant: string
  /** Label on each axis. */
  readonly cell: { readonly [axis: string]: string }
  readonly seed: number
  readonly status: string
  /** ISO 8601; null where it has not begun, or not ended. */
  readonly startedAt: string | null
  readonly endedAt: string | null
}

/** A metric of a run at a step. */
export interface Value {
  /** Name of the stage in its run. */
  readonly stage: string
  /** Whole name, such as "loop/reward". */
  readonly metric: string
  readonly step: number
  /** Null where it is not finite. */
  readonly value: number | null
  readonly unit: string
  readonly better: string
}

export interface Column {
  readonly name: string
  readonly type: "text" | "integer" | "real"
  readonly of: (run: Run, value: Value) => string | number | null
}

/** The columns, with one for each axis of the study. */
export const columnsOf = (experiment: string, axes: ReadonlyArray<string>): ReadonlyArray<Column> => [
  { name: "experiment", type: "text", of: () => experiment },
  { name: "run", type: "integer", of: ({ id }) => id },
  { name: "variant", type: "text", of: ({ variant }) => variant },
  ...axes.map((axis): Column => ({ name: `cell.${axis}`, type: "text", of: ({ cell }) => cell[axis] ?? null })),
  { name: "seed", type: "integer", of: ({ seed }) => seed },
  { name: "status", type: "text", of: ({ status }) => status },
  { name: "stage", type: "text", of: (_, { stage }) => stage },
  { name: "metric", type: "text", of: (_, { metric }) => metric },
  { name: "step", type: "integer", of: (_, { step }) => step },
  { name: "value", type: "real", of: (_, { value }) => value },
  { name: "unit", type: "text", of: (_, { unit }) => unit },
  { name: "better", type: "text", of: (_, { better }) => better }
]

/** A file in the making, to which runs are added one after the other. */
export interface Target {
  readonly add: (run: Run, values: ReadonlyArray<Value>) => Promise<void>
  readonly end: () => Promise<void>
}

/** Begins to write to `out`. Rejects as Node's file system does. */
export type Open = (out: string, experiment: string, axes: ReadonlyArray<string>) => Promise<Target>
