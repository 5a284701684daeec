/** Work that is done side by side. */

/** Seconds until all of it is done by `jobs` workers, each taking the next piece when it is free. */
export const sideBySide = (pieces: ReadonlyArray<number>, jobs: number): number => {
  const places = new Array<number>(Math.max(1, jobs)).fill(0)
  for (const seconds of pieces) {
    const earliest = places.indexOf(Math.min(...places))
    places[earliest]! += seconds
  }
  return Math.max(...places)
}
