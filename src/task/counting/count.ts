/** What can be counted in an image. */
import * as Random from "../../pipeline/Random.ts"
import { type Annotated, uncrowded } from "../annotated.ts"

export interface Counted {
  readonly label: string
  readonly count: number
}

/**
 * A label and how many objects have it, drawn by `key`: with probability `absent` one that none has, of the labels that the
 * image is known to lack or else of the categories. Labels of crowds are never asked for. Undefined where there is none to ask.
 */
export const count = (
  key: Random.Key,
  example: Annotated,
  categories: ReadonlyArray<string>,
  absent: number
): Counted | undefined => {
  const objects = uncrowded(example)
  const seen = new Set(example.objects.map(({ label }) => label))
  const { negatives = [] } = example
  const missing = (negatives.length > 0 ? negatives : categories).filter((label) => !seen.has(label))
  const present = [...new Set(objects.map(({ label }) => label))]
  const labels = missing.length > 0 && Random.uniformAt(key, 0) < absent ? missing : present
  const label = labels[Math.floor(Random.uniformAt(key, 1) * labels.length)]
  return label === undefined ? undefined : { label, count: objects.filter((object) => object.label === label).length }
}
