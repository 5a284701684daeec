/** The assay command in a process of its own, with the processor time that it took. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../../bin/assay.js", import.meta.url))

/** Writes the seconds of all threads to descriptor 3 as the process ends. */
const tell = `data:text/javascript,${
  encodeURIComponent(`
    import { writeSync } from "node:fs"
    process.on("exit", () => {
      const { system, user } = process.cpuUsage()
      writeSync(3, String((system + user) / 1e6))
    })`)
}`

export interface Run {
  /** Processor time of the whole process, in seconds. */
  readonly cpu: number
  readonly bytesPrinted: number
}

export const run = async (words: ReadonlyArray<string>): Promise<Run> => {
  const child = spawn(process.execPath, ["--import", tell, bin, ...words], { stdio: ["ignore", "pipe", "inherit", "pipe"] })
  let [bytesPrinted, cpu] = [0, ""]
  child.stdout!.on("data", (piece: Buffer) => (bytesPrinted += piece.length))
  child.stdio[3]!.on("data", (piece: Buffer) => (cpu += piece.toString()))
  const [code] = await once(child, "close") as [number | null]
  if (code !== 0) throw new Error(`assay ${words.join(" ")} ended with ${code}; stderr says why`)
  return { cpu: Number(cpu), bytesPrinted }
}
