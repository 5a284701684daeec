/** Processor time of processes, as Linux counts it. */
import { readdirSync, readFileSync } from "node:fs"

interface Counted {
  readonly pid: number
  readonly parent: number
  /** Of itself and of children that have ended, in seconds. */
  readonly seconds: number
}

const ticksPerSecond = 100

const read = (pid: string): ReadonlyArray<Counted> => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")
    return [{ pid: Number(pid), parent: Number(fields[1]), seconds: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond }]
  } catch {
    return [] // it has ended
  }
}

/** Seconds that a process and its children have computed so far. */
export const processorSeconds = (pid: number): number =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap(read)
    .filter((one) => one.pid === pid || one.parent === pid)
    .reduce((sum, { seconds }) => sum + seconds, 0)
