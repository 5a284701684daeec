/** Shows on stderr what is fetched: one line that is redrawn on a terminal, plain lines elsewhere. */
import type { Supply } from "../pipeline/declare/Node.ts"
import type { Event } from "../pipeline/run/fetching.ts"
import { inBytes } from "../pipeline/inBytes.ts"
import { bar, duration } from "./run/progress/format.ts"
import { visible } from "../report/visible.ts"

/** What would be fetched, a line each. */
export const toFetch = (supplies: ReadonlyArray<Pick<Supply, "bytes" | "files" | "name">>): ReadonlyArray<string> =>
  supplies.map(({ bytes, files, name }) =>
    `To be fetched first: ${visible(name)}, ${files} ${files === 1 ? "file" : "files"}, ${inBytes(bytes)}.`
  )

/** Milliseconds between two lines. */
const every = { terminal: 125, log: 5000 }

/** What comes from one place, and since when. */
interface Coming {
  readonly since: number
  /** Bytes that were there when it began. */
  readonly from: number
  said: number
}

/** `1.2 GB of 7.5 GB · 45.0 MB/s · 2 min left`. */
export const words = (done: number, total: number, from: number, seconds: number): string => {
  const rate = (done - from) / seconds
  return [
    `${inBytes(done)} of ${inBytes(total)}`,
    ...(seconds >= 1 && rate > 0 ? [`${inBytes(rate)}/s`, `${duration((total - done) / rate)} left`] : [])
  ].join(" · ")
}

/** What takes the events. `now` gives milliseconds. */
export const showing = (
  stream: Pick<NodeJS.WriteStream, "isTTY" | "write">,
  now: () => number = () => performance.now()
): (event: Event) => void => {
  const terminal = stream.isTTY === true
  const coming = new Map<string, Coming>()
  let drawn = false
  /** A line that stays, or one that the next replaces: on a terminal, where what others write comes below it. */
  const write = (line: string, stays: boolean): void => {
    stream.write(`${drawn ? "\u001b[1A\r\u001b[0J" : ""}${line}\n`)
    drawn = terminal && !stays
  }
  return (event) => {
    if (event._tag === "Said") return write(visible(event.message), true)
    const { done, name, total } = event
    const at = coming.get(name) ?? { since: now(), from: done, said: -Infinity }
    const seconds = (now() - at.since) / 1000
    coming.set(name, at)
    if (done >= total) {
      coming.delete(name)
      return write(`Fetched ${visible(name)}: ${inBytes(total)} in ${duration(seconds)}.`, true)
    }
    if (now() - at.said < (terminal ? every.terminal : every.log)) return
    at.said = now()
    const picture = terminal ? `${bar(done / total, 20)} ` : ""
    write(`Fetching ${visible(name)}: ${picture}${words(done, total, at.from, seconds)}`, false)
  }
}
