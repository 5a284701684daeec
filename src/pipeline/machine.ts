/** Which machine this is. */
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

/** Where a pid means a process: of two containers with one name each has pids of its own, and so has each of two hosts with one name. */
export const machine = (): string => {
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")} ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}`
  } catch {
    return hostname()
  }
}
