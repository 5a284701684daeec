/** Markdown of the reference: tables and texts, so that they read alike where files are browsed and on the site. */

/** Outside of code, what a page would take for a tag or a template is said as it is. */
export const prose = (text: string): string =>
  text.split(/(`[^`]*`)/).map((part, i) => i % 2 === 1 ? part : part.replaceAll("<", "&lt;").replaceAll("{{", "{ {")).join("")

/** One line, in a cell. */
export const cell = (text: string): string => prose(text.trim().replaceAll(/\s*\n\s*/g, " ")).replaceAll("|", "\\|")

/** A table; without rows nothing. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  rows.length === 0 ? "" : [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")

/** A block of code. */
export const block = (language: string, code: string): string => `\`\`\`${language}\n${code.trim()}\n\`\`\``

/** Paragraphs, those that are empty left out. */
export const page = (...parts: ReadonlyArray<string>): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`
