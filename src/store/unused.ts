/** What no run uses any more: executions of stages with all that they recorded, and files. */

export interface Unused {
  /** Executions of stages that stand in no run, earlier runs counted. */
  readonly executions: ReadonlyArray<{ readonly id: number; readonly kind: string; readonly name: string }>
  /** Answers that they recorded. */
  readonly completions: number
  /** Files that only they name, and files that nothing names, in any database of the folder. */
  readonly files: ReadonlyArray<{ readonly hash: string; readonly bytes: number }>
}
