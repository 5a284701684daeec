/**
 * Letters of 5 x 7 dots, so that pictures carry readable labels on machines without any font. A glyph has a base-32
 * digit a row, from the top, whose bits are the dots from left to right.
 */
const glyphs: { readonly [character: string]: string } = {
  " ": "0000000", "0": "ehjlphe", "1": "4c4444e", "2": "eh1248v", "3": "v2421he", "4": "26aiv22", "5": "vgu11he",
  "6": "68guhhe", "7": "v124888", "8": "ehhehhe", "9": "ehhf12c", a: "00e1fhf", b: "ggmphhu", c: "00egghe",
  d: "11djhhf", e: "00ehvge", f: "698s888",
  g: "0fhhf1e", h: "ggmphhh", i: "40c444e", j: "20622ic", k: "ggikoki", l: "c44444e",
  m: "00qllhh", n: "00mphhh", o: "00ehhhe", p: "00uhugg", q: "00djf11", r: "00mpggg", s: "00ege1u", t: "88s8896",
  u: "00hhhjd", v: "00hhha4", w: "00hhlla", x: "00ha4ah", y: "00hhf1e", z: "00v248v", A: "ehhhvhh", B: "uhhuhhu",
  C: "ehggghe", D: "sihhhis", E: "vgguggv", F: "vgguggg", G: "ehgnhhf", H: "hhhvhhh", I: "e44444e", J: "72222ic",
  K: "hikokih", L: "ggggggv", M: "hrllhhh", N: "hhpljhh", O: "ehhhhhe", P: "uhhuggg", Q: "ehhhlid", R: "uhhukih",
  S: "fgge11u", T: "v444444", U: "hhhhhhe", V: "hhhhha4", W: "hhhllla", X: "hha4ahh", Y: "hhha444", Z: "v1248gv",
  ".": "00000cc", ",": "0000c48", ":": "0cc0cc0", "-": "000v000", "_": "000000v", "(": "2488842", ")": "8422248",
  "/": "01248g0", "'": "c480000", "%": "op248j3", "+": "044v440", "?": "eh12404", "#": "aavavaa", "=": "00v0v00",
  "@": "eh1dlle", "[": "e88888e", "]": "e22222e", "&": "cik8lid", "!": "4444004", "<": "248g842", ">": "8421248",
  "\"": "aaa0000", "|": "4444444"
}

const unknown = "vhhhhhv"

/** Width and height in pixels of a line of text at `dot` pixels a dot, without space around it. */
export const measure = (text: string, dot: number): { readonly width: number; readonly height: number } => ({
  width: Math.max(0, [...text].length * 6 - 1) * dot,
  height: 7 * dot
})

/** SVG path data of a line of text whose upper left corner is at (x, y). Characters it lacks become an empty frame. */
export const textPath = (text: string, x: number, y: number, dot: number): string =>
  [...text].map((character, column) =>
    [...(glyphs[character] ?? unknown)].map((digit, row) => {
      const bits = Number.parseInt(digit, 32)
      return [0, 1, 2, 3, 4].filter((bit) => bits & (16 >> bit)).map((bit) =>
        `M${x + (column * 6 + bit) * dot} ${y + row * dot}h${dot}v${dot}h${-dot}z`
      ).join("")
    }).join("")
  ).join("")
