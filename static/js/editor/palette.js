// The palette of common formulas: arrows walk it, Enter inserts, Escape goes back to the text.
import { form, source } from "./elements.js";
import { inFormula, insertBlock, replace } from "./typing.js";

const palette = form.querySelector("[data-palette]");
const summary = palette.querySelector("summary");
const items = [...palette.querySelectorAll("[data-tex]")];
let back = summary; // what had the focus before

function insert({ tex, hole, display }) {
  const { value, selectionStart: start, selectionEnd: end } = source;
  const chosen = value.slice(start, end);
  const at = tex.indexOf(hole);
  const text = chosen ? tex.slice(0, at) + chosen + tex.slice(at + hole.length) : tex;
  const length = chosen ? chosen.length : hole.length;
  if (inFormula(value, start)) {
    replace(start, end, text, at, at + length);
  } else if (display === undefined) {
    replace(start, end, `$${text}$`, at + 1, at + 1 + length);
  } else {
    insertBlock(`$$\n${text}\n$$`, at + 3, at + 3 + length);
  }
}

function open() {
  back = document.activeElement;
  palette.open = true;
  items[0].focus();
}

function close(to) {
  palette.open = false;
  to.focus();
}

function columns() {
  const top = items[0].offsetTop;
  const second = items.findIndex((item) => item.offsetTop > top);
  return second < 0 ? items.length : second;
}

function walk(event) {
  const here = items.indexOf(document.activeElement);
  const steps = {
    ArrowRight: here + 1, ArrowLeft: here - 1, ArrowDown: here + columns(), ArrowUp: here - columns(),
    Home: 0, End: items.length - 1,
  };
  if (here < 0 || !(event.key in steps)) return;
  event.preventDefault();
  items[Math.min(Math.max(steps[event.key], 0), items.length - 1)].focus();
}

palette.addEventListener("click", (event) => {
  const item = event.target.closest("[data-tex]");
  if (!item) return;
  close(source);
  insert(item.dataset);
});
palette.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && palette.open) {
    event.preventDefault();
    close(back.isConnected && back !== document.body ? back : summary);
  } else {
    walk(event);
  }
});
palette.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-tex]");
  if (item) for (const each of items) each.tabIndex = each === item ? 0 : -1;
});
summary.addEventListener("click", () => { back = summary; });
document.addEventListener("pointerdown", (event) => {
  if (!palette.contains(event.target)) palette.open = false;
});
source.addEventListener("keydown", (event) => {
  // Ctrl+/ wherever the slash is on the keyboard.
  if ((event.ctrlKey || event.metaKey) && !event.altKey && (event.key === "/" || event.code === "Slash")) {
    event.preventDefault();
    open();
  }
});
for (const [number, item] of items.entries()) item.tabIndex = number === 0 ? 0 : -1;
