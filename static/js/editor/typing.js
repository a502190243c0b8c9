// Changes to the text as if they were typed: undo takes them back.
import { source } from "./elements.js";

export let composing = false; // an input method is in the middle of a word
source.addEventListener("compositionstart", () => { composing = true; });
source.addEventListener("compositionend", () => { composing = false; });

// Until somebody has been in the text, its caret is where the browser put it: at the very top.
let placed = false;
for (const kind of ["pointerup", "keydown", "input"]) {
  source.addEventListener(kind, () => { placed = true; });
}

export function replace(start, end, text, selectFrom = text.length, selectTo = selectFrom) {
  source.focus({ preventScroll: true });
  source.setSelectionRange(start, end);
  const before = source.value;
  // execCommand is old, but nothing else keeps the browser's undo.
  const done = text
    ? document.execCommand("insertText", false, text)
    : start === end || document.execCommand("delete");
  if (!done || (source.value === before && text !== before.slice(start, end))) {
    source.setRangeText(text, start, end);
    source.dispatchEvent(new Event("input", { bubbles: true }));
  }
  source.setSelectionRange(start + selectFrom, start + selectTo);
}

// Puts text on lines of its own, with a blank line above and below; the caret goes below it. Where
// nobody has chosen a place, that is the end.
export function insertBlock(text, selectFrom = null, selectTo = selectFrom) {
  if (!placed) source.setSelectionRange(source.value.length, source.value.length);
  const { value, selectionStart: start, selectionEnd: end } = source;
  const before = value.slice(0, start);
  const after = value.slice(end);
  const head = !before.trim() || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = after.startsWith("\n\n") || !after.trim() ? "\n" : after.startsWith("\n") ? "\n" : "\n\n";
  const whole = head + text + tail;
  if (selectFrom === null) replace(start, end, whole);
  else replace(start, end, whole, head.length + selectFrom, head.length + selectTo);
}

export function lineStart(at) {
  return source.value.lastIndexOf("\n", at - 1) + 1;
}

export function lineEnd(at) {
  const end = source.value.indexOf("\n", at);
  return end < 0 ? source.value.length : end;
}

const PRICE = /^\$\d[\d.,]*(?=[\s.,;:!?)]|$)/u;
const PIECE = /\\[\s\S]|`+|\$\$?/gu;

// Whether a place in the text is within a formula, so that no more dollars are needed.
export function inFormula(text, at) {
  const from = text.lastIndexOf("\n\n", at - 1) + 1;
  const until = text.indexOf("\n\n", at);
  const before = text.slice(from, at);
  const after = text.slice(at, until < 0 ? text.length : until);
  let open = "";
  for (const found of before.matchAll(PIECE)) {
    const piece = found[0];
    const closers = { "\\(": "\\)", "\\[": "\\]", "$": "$", "$$": "$$" };
    if (open) {
      if (piece === open) open = "";
    } else if (piece[0] === "`") {
      open = piece;
    } else if (piece in closers && !PRICE.test(before.slice(found.index))) {
      open = closers[piece];
    }
  }
  if (!open || open[0] === "`") return false;
  // A dollar that nothing closes is a formula only when it was just begun.
  return open[0] === "\\" || after.includes(open) || /\$\S*$/u.test(before);
}
