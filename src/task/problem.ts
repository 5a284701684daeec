/** What can be wrong with one row of data. */

export interface Problem {
  /** What it has in common with others of its sort, such as `field "bbox"`; problems are counted by it. */
  readonly kind: string
  /** Such as `image 12`, `annotations[3]` or `line 7`. */
  readonly entry: string
  readonly message: string
}
