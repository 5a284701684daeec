/** Fewer labels an example. */
import type { Example } from "../../task/detection/example.ts"

/**
 * The example with the labels that `wants` wants, and their objects; nothing of one that loses all its positives.
 *
 * That one is dropped even if it has hard negatives, since a filter should not turn questions with an answer into questions
 * without; one that had only negatives stays.
 */
export const keepLabels = (example: Example, wants: (label: string) => boolean): ReadonlyArray<Example> => {
  const positives = example.positives.filter(wants)
  const onlyNegatives = example.positives.length === 0 && example.negatives.length > 0
  return positives.length === 0 && !onlyNegatives
    ? []
    : [{ ...example, positives, objects: example.objects.filter((object) => wants(object.label)) }]
}
