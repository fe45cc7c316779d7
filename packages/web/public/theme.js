// Before the first paint: the theme that was chosen, else the system's.
document.documentElement.dataset.theme =
  localStorage.getItem('weir.theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
