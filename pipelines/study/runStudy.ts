/** A study run by the command, as a process of its own: what one leaves in memory, or breaks, is no matter of the next. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { exits } from "../../src/pipeline/Errors.ts"

const command = fileURLToPath(new URL("../../bin/assay.js", import.meta.url))

/**
 * Runs a study file with so many seeds (as `--seeds` has it) and resolves to the exit code; progress and table go where this
 * process's own words go. Signals are passed on, and a child whose parent dies ends too, both as the launcher has it (bin/assay.js).
 */
export const runStudy = (file: string, seeds: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, "run", file, "--seeds", seeds], {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: { ...process.env, ASSAY_STARTED_BY: String(process.pid) }
    })
    const signals = (["SIGINT", "SIGTERM"] as const).map((name) => {
      const pass = () => {
        if (child.connected) child.send(name)
      }
      process.on(name, pass)
      return { name, pass }
    })
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      for (const { name, pass } of signals) process.off(name, pass)
      resolve(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? exits.interrupted : exits.broke))
    })
  })
