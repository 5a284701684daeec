/** Clients that are there: each holds what it made, until it says that it has finished or is not heard of any more. */
import { randomUUID } from "node:crypto"
import { HttpError } from "../http/answers.ts"

/** Seconds without a heartbeat, which clients send every ten, after which a session is dropped. */
export const silence = 120

/** Seconds from one sweep to the next. */
export const rhythm = 5

/** Sessions at a time. */
const most = 256

const gone = (id: string): HttpError =>
  new HttpError({ status: 410, message: `there is no session ${id}: it has finished, or was not heard of for ${silence} seconds. Make a new client.` })

export interface Sessions {
  readonly open: () => string
  /** Notes that a session lives. Throws `HttpError` where there is none of that name. */
  readonly hear: (id: string) => void
  /** What is to be done when it is gone; it is done at once where it is already. */
  readonly whenGone: (id: string, release: () => void) => void
  readonly close: (id: string) => void
  /**
   * Drops those not heard of for too long, to be called once a `rhythm`. Sweeps are counted instead of seconds: a server that was
   * suspended itself heard nobody meanwhile, and drops nobody for it.
   */
  readonly sweep: () => void
  readonly closeAll: () => void
}

export const sessions = (): Sessions => {
  const all = new Map<string, { silentSweeps: number; readonly releases: Array<() => void> }>()
  const close = (id: string): void => {
    const session = all.get(id)
    all.delete(id)
    for (const release of session?.releases ?? []) release()
  }
  return {
    open: () => {
      if (all.size >= most) throw new HttpError({ status: 429, message: `${most} sessions are open, which is as many as may be; ask again later`, code: "busy" })
      const id = randomUUID()
      all.set(id, { silentSweeps: 0, releases: [] })
      return id
    },
    hear: (id) => {
      const session = all.get(id)
      if (session === undefined) throw gone(id)
      session.silentSweeps = 0
    },
    whenGone: (id, release) => {
      const session = all.get(id)
      if (session === undefined) release()
      else session.releases.push(release)
    },
    close,
    sweep: () => {
      for (const [id, session] of all) {
        session.silentSweeps += 1
        if (session.silentSweeps * rhythm > silence) close(id)
      }
    },
    closeAll: () => [...all.keys()].forEach(close)
  }
}
