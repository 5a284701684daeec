/** Headers that keep a page to itself: no other host, no inline script, no frame, nothing guessed. */

const always: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()"
}

/** What the page may load: its own files, and pictures that it draws itself. */
export const ofPage: Readonly<Record<string, string>> = {
  ...always,
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

/** An answer that is opened by itself loads and runs nothing at all. */
export const ofAnswer: Readonly<Record<string, string>> = {
  ...always,
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox"
}

/** The response with these headers beside its own. */
export const withHeaders = (response: Response, headers: Readonly<Record<string, string>>): Response => {
  const all = new Headers(response.headers)
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return new Response(response.body, { status: response.status, headers: all })
}
