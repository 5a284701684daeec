/** Data to stdout, words to stderr. */
import * as Effect from "effect/Effect"
import { visibleLines } from "../report/visible.ts"

/** Writes data to stdout and waits until it is taken, so that large outputs do not get cut at exit. */
export const write = (text: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    process.stdout.write(text, () => resume(Effect.void))
  })

export const print = (text: string): Effect.Effect<void> => write(`${text}\n`)

export const printJson = (value: unknown): Effect.Effect<void> => print(JSON.stringify(value, null, 2))

/** Says something to the person at the terminal (stderr), apart from the data. Names in it may come from anywhere. */
export const say = (text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    process.stderr.write(`${visibleLines(text)}\n`)
  })

/** Width of the terminal behind a stream; 120 columns where there is none. */
export const columns = (stream: NodeJS.WriteStream): number => stream.isTTY ? Math.max(40, stream.columns || 80) : 120

/** A reader that goes away (`| head`) is no error: nobody is left to write to. */
export const exitQuietlyOnClosedPipe = (): void => {
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0)
    throw error
  }
  process.stdout.on("error", onError)
  process.stderr.on("error", onError)
}
