/** `assay data convert`: a data set in another layout. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../../action.ts"
import { layout, settings } from "../source.ts"

const config = {
  layout,
  settings,
  to: Flag.String("to").pipe(
    Flag.withDescription("coco, ovdeval, voc, yolo, rec or conversations (VLM-R1's rows)"),
    Flag.withMetavar("LAYOUT")
  ),
  out: Flag.String("out").pipe(Flag.withDescription("Folder to write into"), Flag.withMetavar("DIR"))
} as const

export const convert = Command.make(
  "convert",
  config,
  (options) => action(() => import("./action.ts"), ({ convert }) => convert(options))
).pipe(
  Command.withDescription(
    "Write a data set in another layout. Pictures stay where they are, and are named from the same images folder.\n" +
      "yolo, voc and coco have no place for hard negatives, yolo none for crowds."
  ),
  Command.withExamples([
    { command: "assay data convert voc annotations=Annotations images=JPEGImages --to coco --out as-coco" },
    { command: "assay data convert ovdeval annotations=color.json images=color --to conversations --out vlm-r1" }
  ])
)
