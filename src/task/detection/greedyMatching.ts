/** A pair of one predicted and one true box. */
export interface Match {
  readonly predicted: number
  readonly truth: number
  readonly iou: number
}

/**
 * Greedy one-to-one matching: again and again the pair with the largest IoU of all that are left, until that is below
 * `threshold`. Ties go to the earlier prediction, then to the earlier true box.
 *
 * Each prediction remembers its best true box, which can only get worse, and looks anew only when that box is gone and
 * its old IoU would still win. Memory is linear in the predictions, time P x T for the usual case.
 */
export const greedy = (
  predictions: number,
  truths: number,
  threshold: number,
  iou: (predicted: number, truth: number) => number
): ReadonlyArray<Match> => {
  const matches: Array<Match> = []
  const free = new Uint8Array(truths).fill(1)
  const best = new Int32Array(predictions)
  const bestIou = new Float64Array(predictions)
  const look = (predicted: number): void => {
    let found = -1
    let value = -1
    for (let truth = 0; truth < truths; truth++) {
      if (free[truth] === 0) continue
      const overlap = iou(predicted, truth)
      if (overlap > value && overlap >= threshold) {
        value = overlap
        found = truth
      }
    }
    best[predicted] = found
    bestIou[predicted] = value
  }
  for (let predicted = 0; predicted < predictions; predicted++) look(predicted)
  while (matches.length < truths) {
    let winner = -1
    let value = -1
    for (let predicted = 0; predicted < predictions; predicted++) {
      if (!(bestIou[predicted]! > value)) continue
      if (free[best[predicted]!] === 0) look(predicted)
      if (bestIou[predicted]! > value) {
        value = bestIou[predicted]!
        winner = predicted
      }
    }
    if (winner < 0) break
    const truth = best[winner]!
    matches.push({ predicted: winner, truth, iou: value })
    free[truth] = 0
    bestIou[winner] = -1
  }
  return matches
}
