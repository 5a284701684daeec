/** Browsers that come to a page. */

/** How the browser of somebody who knows the token is told from others, where a page is served. */
export interface Visitors {
  /** Whether a path holds nothing but the page itself, which anybody may see. */
  readonly isOpen: (path: string) => boolean
  /** What the name of the cookie that counts as the token begins with. */
  readonly cookie: string
}
