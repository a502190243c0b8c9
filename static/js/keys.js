// Single keys: / goes to the search field, j and k walk the rows, s is for the reading list,
// ? shows this list.
const keys = [
  ["/", "Focus search"],
  ["j", "Next item"],
  ["k", "Previous item"],
  ["s", "Add to reading list, or change the status"],
  ["?", "Show keyboard shortcuts"],
  ["Double click", "Select a whole formula (copies as LaTeX)"],
];

function enabled() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

function typing(target) {
  return target.isContentEditable || target.closest("input, textarea, select, [contenteditable], dialog");
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  const link = next.querySelector("h2 a, th a") ?? next.querySelector("a");
  link?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}

// The control of the reading list of the row that has the focus, else of the page's paper. What is
// on the list already keeps its status: the key leads to where it can be changed.
function pressListKey() {
  const place = document.activeElement.closest("[data-row]") ?? document.querySelector("header.paper");
  const chosen = place?.querySelector(".list-control__choices [aria-pressed='true']");
  if (chosen) {
    chosen.focus();
    return true;
  }
  const control = place?.querySelector("[data-list-key], .list-control__choices button");
  control?.click();
  if (control?.localName === "summary") control.focus();
  return Boolean(control);
}

function element(name, text, ...children) {
  const made = document.createElement(name);
  made.append(...(text ? [text] : []), ...children);
  return made;
}

function dialog() {
  const box = document.createElement("dialog");
  box.className = "keys";
  const title = element("h2", "Keyboard shortcuts");
  title.id = "page-keys-title";
  box.setAttribute("aria-labelledby", title.id);
  const list = document.createElement("dl");
  list.className = "key-list";
  for (const [key, what] of keys) {
    list.append(element("dt", "", element("kbd", key)), element("dd", what));
  }
  const use = document.createElement("input");
  use.type = "checkbox";
  use.checked = enabled();
  use.addEventListener("change", () => {
    try {
      localStorage.setItem("keys", use.checked ? "on" : "off");
    } catch {
      use.checked = true; // Cannot be remembered, so it stays as it is.
    }
  });
  const close = element("button", "Close");
  close.className = "button button--quiet";
  close.autofocus = true;
  close.addEventListener("click", () => box.close());
  const row = element("div", "", element("label", "", use, " Enable shortcuts"), close);
  row.className = "buttons";
  box.append(title, list, row);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target)) return;
  if (event.key === "?") dialog();
  else if (!enabled()) return;
  else if (event.key === "/") document.getElementById("page-search").focus();
  else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "s") pressListKey();
  else return;
  event.preventDefault();
});
