/** Another program, run in a group of processes of its own for as long as a scope is open. */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { reasonOf } from "../pipeline/reason.ts"

export interface Program {
  /** The program and its arguments. */
  readonly command: ReadonlyArray<string>
  readonly env: { readonly [name: string]: string }
  /** The file that gets what it writes, to both outputs. */
  readonly log: string
}

/** How it ended: what it exited with or the signal that ended it, in words. `ok` where that was 0. */
export interface Ended {
  readonly ok: boolean
  readonly how: string
}

/** Time between asking it to end and ending it, in milliseconds. */
const patience = 5000

const launch = ({ command: [file, ...args], env, log }: Program): ChildProcess => {
  const out = openSync(log, "a")
  try {
    // its standard input stays open for as long as this process lives, which it can watch
    return spawn(file!, args, { env: { ...process.env, ...env }, stdio: ["pipe", out, out], detached: true })
  } finally {
    closeSync(out)
  }
}

/** Sends a signal to the program and all that it started. False where nothing is left of them. */
const signal = ({ pid }: ChildProcess, name: NodeJS.Signals): boolean => {
  try {
    return pid !== undefined && process.kill(-pid, name)
  } catch {
    return false
  }
}

const end = (child: ChildProcess, ended: Promise<Ended>) => async (): Promise<void> => {
  if (!signal(child, "SIGTERM")) return
  let timer: NodeJS.Timeout | undefined
  await Promise.race([ended, new Promise((resolve) => (timer = setTimeout(resolve, patience)))])
  clearTimeout(timer)
  signal(child, "SIGKILL")
}

/** Starts it, and returns how it ends; what is left of it when the scope closes is ended. */
export const start = (program: Program): Effect.Effect<Effect.Effect<Ended>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = launch(program)
      const ended = new Promise<Ended>((resolve) => {
        child.on("error", (cause) => resolve({ ok: false, how: `could not be started (${reasonOf(cause)})` }))
        child.on("exit", (code, by) => resolve({ ok: code === 0, how: code === null ? `was ended by ${by}` : `ended with code ${code}` }))
      })
      child.stdin?.on("error", () => {}) // nothing is ever written
      return { child, ended }
    }),
    ({ child, ended }) => Effect.promise(end(child, ended))
  ).pipe(Effect.map(({ ended }) => Effect.promise(() => ended)))
