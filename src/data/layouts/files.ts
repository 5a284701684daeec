/** What readers of files are told: the config that they share. */
import { basename } from "node:path"
import * as Schema from "effect/Schema"
import { withDefault } from "../../pipeline/declare/ConfigCodec.ts"

/** What to do about an image that is missing, corrupt or wrongly annotated: fail, or leave it out and count it. */
export const onBad = withDefault(Schema.Literals(["fail", "skip"]), "fail")

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
