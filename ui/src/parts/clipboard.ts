/** Copying, also where the page came over plain HTTP from another machine: browsers have no `navigator.clipboard` there. */

/** As a person would do it: a field, all of it selected, and the command. */
const copySelected = (text: string): boolean => {
  const before = document.activeElement
  const field = document.createElement("textarea")
  field.value = text
  field.readOnly = true // or a phone shows its keyboard
  field.className = "hidden"
  field.style.whiteSpace = "pre" // hidden words do not wrap, and lines would be copied as one
  document.body.append(field)
  field.select()
  try {
    return document.execCommand("copy")
  } catch {
    return false
  } finally {
    field.remove()
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  }
}

/** Copies a text; whether the browser let it. */
export const copyText = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copySelected(text)
  }
}
