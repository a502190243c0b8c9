// Buttons that copy an address (data-copy) or the text of an element (data-copy-from).
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const { copy, copyFrom } = button.dataset;
  const text = copy ? new URL(copy, location.href).href : document.getElementById(copyFrom).textContent;
  const label = button.querySelector("[data-copy-label]");
  const before = (label.dataset.before ??= label.textContent);
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Copying is not allowed";
  }
  setTimeout(() => { label.textContent = before; }, 2000);
});
