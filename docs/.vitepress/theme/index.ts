/** VitePress's own look, with the machine's fonts. */
import Theme from "vitepress/theme-without-fonts"
import "./style.css"

export default Theme
