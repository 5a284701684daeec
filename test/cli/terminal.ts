/** The command at a terminal of its own, as util-linux's `script` makes one. */
import { spawn, spawnSync } from "node:child_process"
import { assayBin } from "./support.ts"

export const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

export interface Closed {
  readonly code: number | null
  /** All that was written to the terminal. */
  readonly screen: string
}

/** Starts the command at a terminal; `press` types Ctrl-C. */
export const atTerminal = (node: string, folder: string, ...args: ReadonlyArray<string>) => {
  const { ASSAY_DB: _, ...env } = process.env
  const line = ["exec", ...[node, assayBin, ...args].map(quoted)].join(" ")
  const child = spawn("script", ["-qec", line, "/dev/null"], { cwd: folder, env: { ...env, NO_COLOR: "1" } })
  let screen = ""
  child.stdout.on("data", (chunk) => screen += chunk)
  const closed = new Promise<Closed>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, screen }))
  })
  return { closed, press: () => child.stdin.write("\u0003"), screen: () => screen }
}

/** What a terminal still shows of the last lines: the display draws over what stands from its last redraw on. */
export const lastDrawn = ({ screen }: Closed): string => screen.slice(screen.lastIndexOf("\u001b[0J") + 4)
