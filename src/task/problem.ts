/** What can be wrong with one row of data, what to do about it, and who is told. */
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import { withDefault } from "../pipeline/declare/ConfigCodec.ts"
import { DataError } from "./dataError.ts"

export interface Problem {
  /** What it has in common with others of its sort, such as `field "bbox"`; problems are counted by it. */
  readonly kind: string
  /** Such as `image 12`, `annotations[3]` or `line 7`. */
  readonly entry: string
  readonly message: string
}

/** What to do about an example that is missing, corrupt or wrongly annotated: fail, or leave it out and count it. */
export const onBad = withDefault(Schema.Literals(["fail", "skip"]), "fail")

export type OnBad = "fail" | "skip"

/** The error of a data set that is not to leave anything out. */
export const bad = (path: string, { entry, message }: Problem): DataError =>
  new DataError({ path, message: `${path}, ${entry}, ${message} To leave such images out, set onBad to "skip".` })

/** Who is told of everything that readers find: nobody, unless somebody checks a whole data set. */
export interface Reporting {
  readonly problem: (problem: Problem) => void
  /** What is no fault, but should be known. */
  readonly note: (note: Problem) => void
}

export const Report: Context.Reference<Reporting> = Context.Reference<Reporting>("assay/data/Report", {
  defaultValue: () => ({ problem: () => {}, note: () => {} })
})
