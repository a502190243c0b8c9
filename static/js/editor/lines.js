// What begins a line: bullets, numbers and the mark of a quotation.
import { source } from "./elements.js";
import { lineEnd, lineStart, replace } from "./typing.js";

const ITEM = /^(\s*(?:> ?)*\s*)([-*+]|(\d{1,8})([.)]))( +)(\[[ xX]\] +)?(.*)$/u;

// Puts a mark before each chosen line, or takes it away when all have it.
export function toggleLines(mark) {
  const { value, selectionStart, selectionEnd } = source;
  const start = lineStart(selectionStart);
  const last = selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? selectionEnd - 1 : selectionEnd;
  const end = lineEnd(last);
  const lines = value.slice(start, end).split("\n");
  const written = lines.filter((line) => line.trim());
  const all = written.length > 0 && written.every((line) => line.trimStart().startsWith(mark));
  const changed = lines.map((line) => {
    if (all) return line.replace(mark, "");
    return line.trim() || lines.length === 1 ? mark + line : line;
  });
  const text = changed.join("\n");
  if (lines.length > 1) {
    replace(start, end, text, 0, text.length);
  } else {
    const moved = Math.max(0, selectionStart - start + text.length - (end - start));
    replace(start, end, text, moved);
  }
}

// Goes on with a list in a new line; an empty item ends it. Says whether there was a list.
export function continueList() {
  const { value, selectionStart: at, selectionEnd } = source;
  if (at !== selectionEnd) return false;
  const start = lineStart(at);
  const found = ITEM.exec(value.slice(start, lineEnd(at)));
  if (!found) return false;
  const [, indent, bullet, number, delimiter, space, box, rest] = found;
  if (at - start < indent.length + bullet.length + space.length) return false;
  if (!rest.trim()) {
    replace(start, at, "\n"); // without a blank line, what follows would belong to the item above
    return true;
  }
  const next = number ? `${Number(number) + 1}${delimiter}` : bullet;
  replace(at, at, `\n${indent}${next}${space}${box ? "[ ] " : ""}`);
  return true;
}
