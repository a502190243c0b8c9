// Buttons that copy an address (data-copy), the text of an element (data-copy-from) or of a file
// of this site (data-copy-file).
async function textOf({ copy, copyFrom, copyFile }) {
  if (copy) return new URL(copy, location.href).href;
  if (copyFrom) return document.getElementById(copyFrom).textContent.trim();
  const answer = await fetch(copyFile);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from], [data-copy-file]");
  if (!button) return;
  const label = button.querySelector("[data-copy-label]");
  const before = (label.dataset.before ??= label.textContent);
  try {
    await navigator.clipboard.writeText(await textOf(button.dataset));
    label.textContent = "Copied";
  } catch {
    label.textContent = "Couldn’t copy";
  }
  setTimeout(() => { label.textContent = before; }, 2000);
});
