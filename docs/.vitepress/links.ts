/** Links of pages, as the site has them: what lies outside of docs/ is only named, and a folder's README is its index. */
import { posix } from "node:path"

/** What markdown-it hands to a rule, as far as it is used here. */
interface Token {
  readonly type: string
  tag: string
  attrs: Array<[string, string]> | null
  readonly children: ReadonlyArray<Token> | null
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}

interface MarkdownIt {
  readonly core: { readonly ruler: { push(name: string, rule: (state: { readonly tokens: ReadonlyArray<Token>; readonly env: { readonly relativePath?: string } }) => void): void } }
}

/** Whether a link of a page in docs/ leads to another page, to another host, or within its own. */
export const leadsTo = (page: string, href: string): "page" | "elsewhere" | "outside" => {
  if (/^(https?:|mailto:|#|\/)/.test(href)) return "elsewhere"
  const target = posix.join(posix.dirname(page), href.replace(/#.*/, ""))
  return !target.startsWith("..") && target.endsWith(".md") ? "page" : "outside"
}

/** Makes links those of the site: out of docs/ plain text, to a README the folder's index. */
export const ofTheSite = (md: MarkdownIt): void =>
  md.core.ruler.push("of-the-site", ({ env, tokens }) => {
    for (const { children } of tokens) {
      let outside = false
      for (const token of children ?? []) {
        const href = token.type === "link_open" ? token.attrGet("href") : null
        if (href !== null) {
          outside = leadsTo(env.relativePath ?? "", href) === "outside"
          token.attrSet("href", href.replace(/\bREADME\.md(?=$|#)/, "index.md"))
        }
        if (!outside || !token.type.startsWith("link_")) continue
        token.tag = "span"
        token.attrs = null
        if (token.type === "link_close") outside = false
      }
    }
  })
