/** Settings by which an evaluation measured, for people. */

/** A setting as people read it, and whole, which tells apart what reads the same. */
export interface Value {
  readonly shown: string
  readonly whole: string
}

/** The settings of one evaluation of one row, by name. */
export interface Setting {
  readonly variant: string
  readonly scope: string
  readonly settings: { readonly [name: string]: Value }
}
