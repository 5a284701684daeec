/** What a report tells of an experiment: what was read of it, and pictures of some of its answers. */
import type { Final } from "../../store/index.ts"
import type { AtStage } from "../figures/ofTable.ts"
import type { DrawnBox } from "../figures/overlay.ts"
import type { Sizes } from "../../vision/Box.ts"
import type * as Table from "../table/Table.ts"
import type { PartRow } from "./failures.ts"
import type { TokenRow } from "./tokens.ts"

type Scalar = null | boolean | number | string

export interface Run {
  readonly id: number
  readonly variant: string
  readonly seed: number
  readonly status: string
  readonly error: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly environment: number
}

interface Details {
  readonly variant: string
  readonly environment: number
  readonly facts: { readonly [name: string]: string | number }
  readonly params: { readonly [path: string]: Scalar }
  readonly stages: ReadonlyArray<{ readonly kind: string; readonly label: string; readonly name: string }>
}

/** A row of the view `learning_curve`. */
export interface CurveRow extends AtStage {
  readonly name: string
  readonly unit: string
}

/** What was read of an experiment. */
export interface Account {
  readonly source: Table.Source & { readonly file: string }
  readonly runs: ReadonlyArray<Run>
  /** Of every row the first of its runs. */
  readonly rows: ReadonlyArray<Details>
  /** Of every environment the first of its runs. */
  readonly environments: ReadonlyArray<Details>
  readonly finals: ReadonlyArray<Final>
  /** One list a metric. */
  readonly curves: ReadonlyArray<ReadonlyArray<CurveRow>>
  readonly parts: ReadonlyArray<Omit<AtStage, "value"> & PartRow>
  readonly tokens: ReadonlyArray<TokenRow>
}

/** An answer of a row to an example. */
export interface Answer {
  readonly row: string
  readonly completion: string
  readonly finishReason: string
  readonly rewards: ReadonlyArray<{ readonly part: string; readonly value: number | null; readonly error: string | null }>
  readonly boxes: ReadonlyArray<DrawnBox>
}

/** An example, and what several rows answered. */
export interface Shown {
  readonly example: string
  /** Why this one. */
  readonly chosen: string
  /** Undefined where the picture cannot be read here. */
  readonly picture: { readonly uri: string; readonly sizes: Sizes } | undefined
  readonly answers: ReadonlyArray<Answer>
}

/** One experiment of a report. */
export interface Chapter {
  readonly account: Account
  readonly table: Table.Table
  readonly shown: ReadonlyArray<Shown>
}

/** How to come by the same report, and when it was made. */
export interface Made {
  readonly version: string
  readonly at: Date
  readonly database: string
}
