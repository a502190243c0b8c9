// Where in the text's box a character stands: the text once more, laid out in the same way, unseen.
import { source } from "./elements.js";

const COPIED = [
  "fontFamily", "fontSize", "fontWeight", "fontStyle", "letterSpacing", "wordSpacing", "lineHeight",
  "textIndent", "textTransform", "tabSize", "direction", "paddingTop", "paddingLeft", "paddingRight",
];

const mirror = document.createElement("div");
mirror.className = "editor__mirror";
mirror.setAttribute("aria-hidden", "true");
mirror.inert = true;
document.body.append(mirror);

// The places, in px from the top left of the text's content, of characters in ascending order.
export function placesOf(offsets) {
  const style = getComputedStyle(source);
  for (const name of COPIED) mirror.style[name] = style[name];
  // Without the scroll bar, which takes room from the text.
  mirror.style.width = `${source.clientWidth}px`;
  const text = source.value;
  const marks = [];
  let at = 0;
  const parts = document.createDocumentFragment();
  for (const offset of offsets) {
    const mark = document.createElement("span");
    parts.append(text.slice(at, offset), mark);
    marks.push(mark);
    at = offset;
  }
  parts.append(`${text.slice(at)}\n`);
  mirror.replaceChildren(parts);
  const lineHeight = parseFloat(style.lineHeight) || 1.5 * parseFloat(style.fontSize);
  const places = marks.map((mark) => {
    // An empty span is as high as its letters; the line begins above it.
    const middle = mark.offsetTop + mark.offsetHeight / 2;
    return { top: middle - lineHeight / 2, left: mark.offsetLeft, lineHeight };
  });
  mirror.replaceChildren();
  return places;
}
