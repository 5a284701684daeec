/** What studies train whose cells differ by a label and by how much their reward wants. */
import { Pipeline } from "assay"
import * as Toy from "./toy.ts"

const all = ["a", "b", "c", "d", "e", "f"]

/** The axis. */
export const labels = Object.fromEntries(all.map((label) => [label, label]))

/** Three steps, each with a checkpoint. */
export const training = (label: string) =>
  Pipeline.loop(
    { steps: 3, batch: 3, checkpointEvery: 1 },
    Toy.sample({ groupSize: 2 }),
    Toy.score(Toy.low({ sharpness: 1 + label.charCodeAt(0) % 7 })),
    Toy.climb({ rate: 0.1 })
  )
