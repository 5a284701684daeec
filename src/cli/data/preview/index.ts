/** `assay data preview`: pictures of a data set with their boxes. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../../action.ts"
import { layout, settings } from "../source.ts"

const config = {
  layout,
  settings,
  out: Flag.String("out").pipe(
    Flag.withDescription("PNG file to draw into (default preview.png)"),
    Flag.withMetavar("FILE"),
    Flag.withDefault("preview.png")
  ),
  limit: Flag.Int("limit").pipe(
    Flag.withDescription("How many examples, evenly spread over the data set (default 9)"),
    Flag.filter((limit) => limit >= 1 && limit <= 100, () => "a number of examples, 1 to 100"),
    Flag.withDefault(9)
  )
} as const

export const preview = Command.make(
  "preview",
  config,
  (options) => action(() => import("./action.ts"), ({ preview }) => preview(options))
).pipe(
  Command.withDescription("Draw some examples with their true boxes into one picture"),
  Command.withExamples([
    { command: "assay data preview rec annotations=refcoco_val.json images=coco --limit 16" }
  ])
)
