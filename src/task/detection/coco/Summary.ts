/** What one category came to; a list is empty where the category has no counted truth of that area. */
export interface CategoryResult {
  /** Average precision by area range (all, small, medium, large), then by IoU threshold. */
  readonly ap: ReadonlyArray<ReadonlyArray<number>>
  /** Recall by threshold: of the four area ranges at 100 detections an image, then of all at 1 and at 10. */
  readonly ar: ReadonlyArray<ReadonlyArray<number>>
}

/** The mean, or COCO's -1 of nothing. */
const mean = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length

export const meanAp = (result: CategoryResult): number => mean(result.ap[0]!)

/** COCO's twelve numbers, each in [0, 1] or -1. */
export const stats = (results: ReadonlyArray<CategoryResult>): ReadonlyArray<number> => {
  const ap = (area: number) => mean(results.flatMap((result) => result.ap[area]!))
  const apAt = (threshold: number) => mean(results.flatMap((result) => result.ap[0]!.slice(threshold, threshold + 1)))
  const ar = (row: number) => mean(results.flatMap((result) => result.ar[row]!))
  return [ap(0), apAt(0), apAt(5), ap(1), ap(2), ap(3), ar(4), ar(5), ar(0), ar(1), ar(2), ar(3)]
}
