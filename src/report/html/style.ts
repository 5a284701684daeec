/** The style of a report: one column, quiet, light and dark, on paper and on a phone. */
import * as Font from "../figures/Font.ts"
import { pageColours } from "../figures/theme.ts"

const light = `--ink:#1a1a1a;--muted:#595959;--grid:#e4e4e4;--paper:#fff;--raised:#f6f6f4;--link:#1d4fb8;${pageColours("light")}`
const dark = `--ink:#e9e9e6;--muted:#a9abae;--grid:#33373d;--paper:#15181c;--raised:#1d2126;--link:#8fb6ff;${pageColours("dark")}`

export const style = (): string => `
${Font.face()}
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media print{:root{color-scheme:light;${light}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
header,main,footer{max-width:58rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:1.75rem;line-height:1.2;margin:.2rem 0 .6rem;font-weight:600}
h2{font-size:1.25rem;margin:3rem 0 .75rem;font-weight:600}
h3{font-size:1rem;margin:1.75rem 0 .5rem;font-weight:600}
h4{font-size:.9rem;margin:1.25rem 0 .4rem;font-weight:600}
p,ul,dl{margin:.5rem 0}
.kind,.notes,figcaption,footer,.small{color:var(--muted);font-size:.85rem}
a{color:var(--link)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;font-size:.9rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.4rem}
.scroll{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;width:100%}
caption{text-align:left;color:var(--muted);font-size:.85rem;padding-bottom:.4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--grid)}
thead th:first-child,tbody th{position:sticky;left:0;background:var(--paper)}
thead th{border-bottom-color:var(--muted);font-weight:600}
tbody th{font-weight:400;min-width:8.5rem}
tbody th:has(.mark){padding-left:1.2rem;text-indent:-1.2rem}
td small{display:block;color:var(--muted);white-space:nowrap}
.n{text-align:right}
.mark{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.5rem;vertical-align:-.02rem}
figure{margin:1rem 0;break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
.narrow{display:none}
@media (max-width:40rem){.wide{display:none}.narrow{display:block}}
@media print{.wide{display:block}.narrow{display:none}nav,.skip{display:none}details::details-content{content-visibility:visible;block-size:auto}h2,h3,h4{break-after:avoid}tr,.answers{break-inside:avoid}}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;font-size:.9rem}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.82rem}
pre{background:var(--raised);padding:.75rem;white-space:pre-wrap;overflow-wrap:anywhere;border-radius:.35rem;margin:.5rem 0}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1rem}
.answer svg,.answer .no{width:100%;height:auto;display:block;background:var(--raised);border-radius:.35rem}
.answer .no{padding:2rem 1rem;text-align:center;color:var(--muted);font-size:.85rem}
.answer p{margin:.35rem 0;font-size:.85rem}
image{image-rendering:pixelated}
details{margin:.5rem 0}summary{cursor:pointer;font-size:.9rem}
.box{display:inline-block;width:1.6rem;border-top:3px solid;vertical-align:.25rem;margin:0 .35rem 0 .75rem}
.box.predicted{border-top-style:dashed}
footer{padding-top:3rem;padding-bottom:3rem}
`
