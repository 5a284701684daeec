/** Who may ask: on loopback those who mean this machine, beyond it those who know the token. */
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import { HttpError } from "./answers.ts"
import type { Visitors } from "./visitors.ts"

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** Whether a name is one of this machine for itself. */
export const isLoopback = (host: string): boolean => loopback.test(host)

/** A name or address, and a port. What else a Host says, such as a path, a handler may take for a part of the request's URL. */
const authority = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i

const withoutPort = (authority: string): string => authority.replace(/:\d*$/, "")

/** Host of the page that a browser asks for; undefined where there is none, as for a page from a file. */
const originHost = (origin: string): string | undefined => URL.parse(origin)?.hostname

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Compares in a time that tells nothing of the token. */
const isToken = (given: string, token: Buffer): boolean => timingSafeEqual(digest(given), token)

const hex = (text: string): string => createHash("sha256").update(text).digest("hex")

/**
 * The cookie that stands for a token: whoever reads it does not know the token. A browser keeps one cookie of a name for all ports of a
 * host, so that its name is the token's, too: of two servers on one host, neither overwrites that of the other.
 */
export const cookieOf = ({ cookie }: Visitors, token: string): { readonly name: string; readonly value: string } => ({
  name: `${cookie}_${hex(`name of the cookie of ${token}`).slice(0, 8)}`,
  value: hex(`cookie of ${token}`)
})

const cookieIn = (header: string, name: string): string | undefined =>
  header.split(";").map((pair) => pair.trim()).find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)

/** Whether a request comes with the token, or with the cookie that stands for it. */
const identified = (token: string, visitors: Visitors | undefined) => {
  const expected = digest(token)
  const cookie = visitors && cookieOf(visitors, token)
  const expectedCookie = cookie && digest(cookie.value)
  return (headers: IncomingHttpHeaders): boolean => {
    const [, bearer] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? []
    const given = bearer ?? headers["x-api-key"]?.toString()
    if (given !== undefined) return isToken(given, expected)
    const kept = cookie && cookieIn(headers.cookie ?? "", cookie.name)
    return kept !== undefined && expectedCookie !== undefined && isToken(kept, expectedCookie)
  }
}

/**
 * Makes the check of a request's path and headers, which says what is wrong with them. A server on loopback is reached by names of
 * loopback alone: a page from elsewhere, whose name may resolve to here, has no business with it.
 */
export const admission = (host: string, token: string | undefined, visitors?: Visitors) => {
  const local = isLoopback(host)
  const isKnown = token === undefined ? () => true : identified(token, visitors)
  return (path: string | undefined, headers: IncomingHttpHeaders): HttpError | undefined => {
    if (local && !isLoopback(withoutPort(headers.host ?? ""))) {
      return new HttpError({ status: 403, message: `this server is asked as 127.0.0.1 or localhost, not as "${headers.host ?? ""}"` })
    }
    if (!authority.test(headers.host ?? "")) return new HttpError({ status: 400, message: "the Host of this request is no name with a port" })
    if (local && headers.origin !== undefined && !isLoopback(originHost(headers.origin) ?? "")) {
      return new HttpError({ status: 403, message: `pages of ${headers.origin} may not ask this server` })
    }
    if (isKnown(headers) || (path !== undefined && visitors?.isOpen(path) === true)) return undefined
    return new HttpError({
      status: 401,
      message: "this server wants its token, as `Authorization: Bearer TOKEN` or `X-API-Key: TOKEN`",
      headers: { "www-authenticate": "Bearer" }
    })
  }
}
