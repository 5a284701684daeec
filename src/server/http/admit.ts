/** Who may ask: on loopback those who mean this machine, beyond it those who know the token. */
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import { HttpError } from "./answers.ts"

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** Whether a name is one of this machine for itself. */
export const isLoopback = (host: string): boolean => loopback.test(host)

const withoutPort = (authority: string): string => authority.replace(/:\d*$/, "")

/** Host of the page that a browser asks for; undefined where there is none, as for a page from a file. */
const originHost = (origin: string): string | undefined => URL.parse(origin)?.hostname

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Compares in a time that tells nothing of the token. */
const isToken = (given: string, token: Buffer): boolean => timingSafeEqual(digest(given), token)

/**
 * Makes the check of a request's headers, which says what is wrong with them. A server on loopback is reached by names of loopback
 * alone: a page from elsewhere, whose name may resolve to here, has no business with it.
 */
export const admission = (host: string, token: string | undefined) => {
  const local = isLoopback(host)
  const expected = token === undefined ? undefined : digest(token)
  return (headers: IncomingHttpHeaders): HttpError | undefined => {
    if (local && !isLoopback(withoutPort(headers.host ?? ""))) {
      return new HttpError({ status: 403, message: `this server is asked as 127.0.0.1 or localhost, not as "${headers.host ?? ""}"` })
    }
    if (local && headers.origin !== undefined && !isLoopback(originHost(headers.origin) ?? "")) {
      return new HttpError({ status: 403, message: `pages of ${headers.origin} may not ask this server` })
    }
    const [, given] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? []
    if (expected === undefined || (given !== undefined && isToken(given, expected))) return undefined
    return new HttpError({
      status: 401,
      message: "this server wants its token, as `Authorization: Bearer TOKEN`",
      headers: { "www-authenticate": "Bearer" }
    })
  }
}
