// The toolbar and its shortcuts.
import { form, source } from "./elements.js";
import { continueList, toggleLines } from "./lines.js";
import { inFormula, insertBlock, replace } from "./typing.js";

const bar = form.querySelector("[data-toolbar]");
const buttons = [...bar.querySelectorAll("button")];

const tools = {
  bold: () => wrap("**", "bold"),
  italic: () => wrap("*", "italic"),
  code: () => (chosen().includes("\n") ? fence("```", chosen()) : wrap("`", "code")),
  link: () => link(),
  list: () => toggleLines("- "),
  quote: () => toggleLines("> "),
  math: () => wrap("$", "x"),
  display: () => fence("$$", chosen() || "x"),
  cite: () => cite(),
};
// By the key's place where Shift changes the sign that it types.
const shortcuts = {
  b: "bold", i: "italic", e: "code", k: "link", m: "math",
  "shift+m": "display", "shift+k": "cite", "shift+Digit8": "list", "shift+Period": "quote",
};

function chosen() {
  return source.value.slice(source.selectionStart, source.selectionEnd);
}

// Puts marks around what is chosen, or takes them away again.
function wrap(mark, sample) {
  const { value, selectionStart: start, selectionEnd: end } = source;
  const size = mark.length;
  const inner = value.slice(start, end);
  const around = value.slice(start - size, start) === mark && value.slice(end, end + size) === mark;
  const longer = mark === "*" && value[start - 2] === "*" && value[start - 3] !== "*";
  if (inner && around && !longer) {
    replace(start - size, end + size, inner, 0, inner.length);
  } else if (inner.length > 2 * size && inner.startsWith(mark) && inner.endsWith(mark) && !(mark === "*" && inner.startsWith("**"))) {
    replace(start, end, inner.slice(size, -size), 0, inner.length - 2 * size);
  } else {
    const text = inner || sample;
    replace(start, end, mark + text + mark, size, size + text.length);
  }
}

function fence(mark, text) {
  const size = mark.length + 1;
  insertBlock(`${mark}\n${text}\n${mark}`, size, size + text.length);
}

function link() {
  const { selectionStart: start, selectionEnd: end } = source;
  const text = chosen() || "text";
  if (/^https?:\/\/\S+$/u.test(text)) replace(start, end, `[text](${text})`, 1, 5);
  else replace(start, end, `[${text}](https://)`, text.length + 3, text.length + 11);
}

// Ends in the braces, where papers are offered.
function cite() {
  const { selectionStart: start, selectionEnd: end } = source;
  replace(start, end, `\\cite{${chosen()}}`, 6 + end - start);
}

function use(name) {
  if ((name === "math" || name === "display") && !chosen() && inFormula(source.value, source.selectionStart)) return;
  tools[name]();
}

bar.addEventListener("click", (event) => {
  const { tool } = event.target.closest("button")?.dataset ?? {};
  if (tool) use(tool);
});

// One stop for the Tab key; the arrows walk on from there.
function stopAt(button) {
  for (const each of buttons) each.tabIndex = each === button ? 0 : -1;
}

bar.addEventListener("keydown", (event) => {
  const here = buttons.indexOf(document.activeElement);
  const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 };
  if (here < 0 || !(event.key in steps)) return;
  event.preventDefault();
  const next = buttons[(steps[event.key] + buttons.length) % buttons.length];
  stopAt(next);
  next.focus();
});
bar.addEventListener("focusin", (event) => stopAt(event.target));
stopAt(buttons[0]);

source.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    if (continueList()) event.preventDefault();
    return;
  }
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const keys = event.shiftKey
    ? [`shift+${event.key.toLowerCase()}`, `shift+${event.code}`]
    : [event.key.toLowerCase()];
  const name = shortcuts[keys.find((key) => key in shortcuts)];
  if (!name) return;
  event.preventDefault();
  use(name);
});
