/** A value that survives JSON unchanged: no NaN, infinity, undefined or Date. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
