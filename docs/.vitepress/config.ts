/** The documentation as a site: built from docs/ alone, searched in the page, asking no other host for anything. */
import { defineConfig } from "vitepress"
import { ofTheSite } from "./links.ts"
import { sections } from "./pages.ts"

const route = (page: string): string => `/${page.replace(/README\.md$/, "").replace(/\.md$/, "")}`

export default defineConfig({
  title: "Assay",
  description: "Experiments that train vision-language models to detect objects",
  lang: "en",
  head: [["link", { rel: "icon", href: "data:," }]],
  cleanUrls: true,
  // a folder's page is its README, so that it is found where files are browsed, too
  rewrites: { "README.md": "index.md", ":folder/README.md": ":folder/index.md", ":folder/:inner/README.md": ":folder/:inner/index.md" },
  markdown: { config: (md) => void md.use(ofTheSite) },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: sections.map(({ collapsed, items, text }) => ({
      text,
      items: items.map(({ page, text }) => ({ text, link: route(page) })),
      ...(collapsed === undefined ? {} : { collapsed })
    })),
    nav: [
      { text: "Start", link: "/start" },
      { text: "Commands", link: "/reference/commands" },
      { text: "runs.db", link: "/reference/runs-db" },
      { text: "API", link: "/reference/api/" }
    ]
  }
})
