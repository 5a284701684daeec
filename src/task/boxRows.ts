/** Rows of the table `box`, which tasks about places keep beside their samples. */
import type { TableRow } from "../pipeline/run/Records.ts"
import type { LabeledBox } from "../vision/Box.ts"

/** Boxes of one completion that are kept with its sample; COCO counts no more of a label than these either. */
const kept = 100

const row = (role: "true" | "predicted") => ({ box: { space, x1, x2, y1, y2 }, label }: LabeledBox): TableRow => ({
  role,
  label,
  space,
  x1,
  y1,
  x2,
  y2
})

/** All true boxes, then the first hundred predicted ones. */
export const boxRows = (
  truth: ReadonlyArray<LabeledBox>,
  predicted: ReadonlyArray<LabeledBox>
): { readonly box: ReadonlyArray<TableRow> } => ({
  box: [...truth.map(row("true")), ...predicted.slice(0, kept).map(row("predicted"))]
})
