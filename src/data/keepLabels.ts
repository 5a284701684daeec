import type { Example } from "../task/detection/example.ts"

/**
 * Keeps of every example the labels that `wanted(example)` wants, and their objects.
 *
 * An example that loses all its positives is dropped even if it has hard negatives, since a filter should not turn
 * questions with an answer into questions without; one that had only negatives stays.
 */
export const keepLabels = (
  examples: ReadonlyArray<Example>,
  wanted: (example: Example) => (label: string) => boolean
): ReadonlyArray<Example> =>
  examples.flatMap((example) => {
    const wants = wanted(example)
    const positives = example.positives.filter(wants)
    const onlyNegatives = example.positives.length === 0 && example.negatives.length > 0
    return positives.length === 0 && !onlyNegatives
      ? []
      : [{ ...example, positives, objects: example.objects.filter((object) => wants(object.label)) }]
  })
