// Wide formulas, tables and code scroll in their own box. Give the keyboard a stop there, but only
// where something is really cut off.
const boxes = ".math-block, .math-inline, .table-scroll, .prose pre, .prose table, .prose .footnote";

function update(box) {
  const cut = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  if (cut && /auto|scroll/.test(getComputedStyle(box).overflowX)) box.tabIndex = 0;
  else if (box.tabIndex === 0) box.removeAttribute("tabindex");
}

const observer = new ResizeObserver((changes) => changes.forEach(({ target }) => update(target)));

export function watch(root) {
  for (const box of root.querySelectorAll(boxes)) observer.observe(box);
}

// A font that comes late makes what is in a box wider, and not the box.
document.fonts.addEventListener("loadingdone", () => {
  for (const box of document.querySelectorAll(boxes)) update(box);
});

watch(document);
