import type { Engine } from "./engine.ts"

/** A call of the engine in the worker thread. */
export interface Request {
  readonly id: number
  readonly method: keyof Engine
  readonly args: ReadonlyArray<unknown>
}

/** Its result, or what went wrong. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: { readonly operation: string; readonly message: string } }
