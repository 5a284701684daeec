// Runs before anything is drawn, so that no light page flashes up in the dark. The name is that of src/shell/theme.ts.
try {
  const chosen = localStorage.getItem("assay.theme")
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen
} catch {
  // storage may be forbidden: then the system's preference holds
}
