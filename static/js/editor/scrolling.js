// Source and preview scroll together: the preview's blocks say on which line they begin, and
// between two of them both move in proportion.
import { preview, source } from "./elements.js";
import { placesOf } from "./mirror.js";
import { showView } from "./views.js";

let anchors = null; // places that belong together, from top to bottom; null when not measured
const expected = new Map(); // what a pane's own scroll event will say after we moved it

// The offsets in the text at which its lines begin.
function lineOffsets() {
  const offsets = [0];
  for (let at = source.value.indexOf("\n"); at >= 0; at = source.value.indexOf("\n", at + 1)) offsets.push(at + 1);
  return offsets;
}

function measure() {
  const lines = lineOffsets();
  const blocks = [];
  let last = 0;
  for (const block of preview.querySelectorAll("[data-line]")) {
    const line = Number(block.dataset.line);
    if (line <= last || line > lines.length || block.closest(".footnotes")) continue;
    blocks.push({ line, block });
    last = line;
  }
  const places = placesOf(blocks.map(({ line }) => lines[line - 1]));
  const top = preview.getBoundingClientRect().top - preview.scrollTop;
  const found = [{ source: 0, preview: 0 }];
  for (const [number, { block }] of blocks.entries()) {
    const place = { source: places[number].top, preview: block.getBoundingClientRect().top - top };
    const before = found[found.length - 1];
    if (place.source > before.source && place.preview > before.preview) found.push(place);
  }
  found.push({ source: source.scrollHeight, preview: preview.scrollHeight });
  return found;
}

// The same fraction of each pane is above the point that is kept level: so both reach their ends.
function follow(from, to, one, other) {
  const room = from.scrollHeight - from.clientHeight;
  if (room <= 0 || to.scrollHeight <= to.clientHeight) return;
  anchors ??= measure();
  const share = Math.min(from.scrollTop / room, 1);
  const at = from.scrollTop + share * from.clientHeight;
  const after = Math.max(1, anchors.findIndex((anchor) => anchor[one] >= at));
  const [low, high] = [anchors[after - 1], anchors[after]];
  const part = (at - low[one]) / (high[one] - low[one] || 1);
  const target = low[other] + part * (high[other] - low[other]) - share * to.clientHeight;
  const before = to.scrollTop;
  to.scrollTop = target;
  if (to.scrollTop !== before) expected.set(to, to.scrollTop);
}

function moved(pane, to, one, other) {
  const ours = expected.has(pane) && Math.abs(expected.get(pane) - pane.scrollTop) < 2;
  expected.delete(pane);
  if (!ours) follow(pane, to, one, other);
}

source.addEventListener("scroll", () => moved(source, preview, "source", "preview"), { passive: true });
preview.addEventListener("scroll", () => moved(preview, source, "preview", "source"), { passive: true });
preview.addEventListener("refreshed", () => {
  anchors = null;
  follow(source, preview, "source", "preview");
});
source.addEventListener("input", () => { anchors = null; });
preview.addEventListener("load", () => { anchors = null; }, true); // a picture arrived
const sizes = new ResizeObserver(() => { anchors = null; });
sizes.observe(source);
sizes.observe(preview);

// Puts the caret at the beginning of a line and shows it.
export function showLine(line) {
  showView("write");
  const lines = lineOffsets();
  const at = lines[Math.min(line, lines.length) - 1];
  source.focus({ preventScroll: true });
  source.setSelectionRange(at, at);
  source.scrollTop = placesOf([at])[0].top - source.clientHeight / 3;
  source.scrollIntoView({ block: "nearest" });
}
