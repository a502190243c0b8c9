// The toolbar and its shortcuts.
import { form, source } from "./elements.js";
import { continueList, toggleLines } from "./lines.js";
import { inFormula, insertBlock, lineEnd, lineStart, replace } from "./typing.js";

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

const LINK = /\[([^[\]\n]*)\]\(([^()\n]*)\)/gu;

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

// On lines of their own; once more takes them away again.
function fence(mark, text) {
  const { value, selectionStart: start, selectionEnd: end } = source;
  const size = mark.length + 1;
  if (value.slice(0, start).endsWith(`${mark}\n`) && value.slice(end).startsWith(`\n${mark}`)) {
    replace(start - size, end + size, chosen(), 0, end - start);
  } else {
    insertBlock(`${mark}\n${text}\n${mark}`, size, size + text.length);
  }
}

// In a link already, the key goes on to its other part; so nothing is put into itself.
function link() {
  const { selectionStart: start, selectionEnd: end } = source;
  const here = linkAround(start, end);
  const text = chosen();
  if (here) choose(start > here.label[1] ? here.label : here.address);
  else if (/^https?:\/\/\S+$/u.test(text)) replace(start, end, `[text](${text})`, 1, 5);
  else if (text) replace(start, end, `[${text}](https://)`, text.length + 3, text.length + 11);
  else replace(start, end, "[text](https://)", 1, 5);
}

function linkAround(start, end) {
  const from = lineStart(start);
  for (const found of source.value.slice(from, lineEnd(end)).matchAll(LINK)) {
    const at = from + found.index;
    if (start <= at || end >= at + found[0].length) continue;
    const label = [at + 1, at + 1 + found[1].length];
    return { label, address: [label[1] + 2, label[1] + 2 + found[2].length] };
  }
  return null;
}

function choose([start, end]) {
  source.setSelectionRange(start, end);
}

// From the words of a link that has no address yet, Tab goes to the address.
function toAddress() {
  const here = linkAround(source.selectionStart, source.selectionEnd);
  if (!here || source.selectionEnd > here.label[1]) return false;
  if (source.value.slice(...here.address) !== "https://") return false;
  choose(here.address);
  return true;
}

// Ends in the braces, where papers are offered.
function cite() {
  const { value, selectionStart: start, selectionEnd: end } = source;
  if (/\\cite\{[^{}\n]*$/u.test(value.slice(lineStart(start), start))) return;
  replace(start, end, `\\cite{${chosen()}}`, 6 + end - start);
}

function use(name) {
  if ((name === "math" || name === "display") && inFormula(source.value, source.selectionStart)) {
    // Its own signs may be taken away again; others within them would break it.
    const { value, selectionStart: start, selectionEnd: end } = source;
    const sign = name === "math" ? ["$", "$"] : ["$$\n", "\n$$"];
    const signs = value.slice(0, start).endsWith(sign[0]) && value.slice(end).startsWith(sign[1]);
    if (!signs || start === end) return;
  }
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
  if (event.key === "Tab" && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    if (toAddress()) event.preventDefault();
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
