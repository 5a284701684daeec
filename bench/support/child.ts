import { spawn } from "node:child_process"
import { once } from "node:events"

/** Runs Node in a process of its own and returns what it printed; its stderr is ours. */
export const output = async (
  words: ReadonlyArray<string>,
  environment: { readonly [name: string]: string } = {}
): Promise<string> => {
  const child = spawn(process.execPath, words, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...environment }
  })
  let printed = ""
  child.stdout.on("data", (piece: Buffer) => (printed += piece.toString()))
  const [code, signal] = await once(child, "close") as [number | null, string | null]
  if (code !== 0) throw new Error(`ended with ${signal ?? `code ${code}`}; stderr says why`)
  return printed
}
