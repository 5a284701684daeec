/** `assay data`: data sets on disk, looked at, checked and converted. */
import * as Command from "effect/cli/Command"
import { check } from "./check/index.ts"
import { convert } from "./convert/index.ts"
import { lint } from "./lint/index.ts"
import { preview } from "./preview/index.ts"
import { stats } from "./stats/index.ts"

export const data = Command.make("data").pipe(
  Command.withDescription(
    "Look at data sets on disk, check and convert them. A data set is named as in a study: `Data.coco({ annotations: \"a.json\",\n" +
      "images: \"val2017\" })` is `coco annotations=a.json images=val2017`."
  ),
  Command.withExamples([
    { command: "assay data check coco annotations=instances_val2017.json images=val2017" },
    { command: "assay data stats voc annotations=VOC2007/Annotations images=VOC2007/JPEGImages" }
  ]),
  Command.withSubcommands([stats, preview, check, convert, lint])
)
