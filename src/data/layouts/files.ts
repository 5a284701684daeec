/** What readers of files are told: the config that they share. */
import { basename } from "node:path"
import * as Schema from "effect/Schema"
import { onBad } from "../../task/problem.ts"

export const files = {
  /** Path of the annotation file. */
  annotations: Schema.String,
  /** Folder that the pictures' paths in it are relative to. */
  images: Schema.String,
  /** What to call the data set; by default the name of the annotation file. */
  name: Schema.optionalKey(Schema.String),
  onBad
}

/** What a data set is called: as its config says, or as its file. */
export const nameOf = ({ name }: { readonly name?: string }, path: string): string =>
  name ?? basename(path).replace(/\.(jsonl?|p|pkl|parquet)$/, "")
