// Copied formulas are LaTeX, as their writer typed them, and not their torn characters. A double
// click selects a whole one.
const TEX = 'annotation[encoding="application/x-tex"]';

// The part of the page that is chosen, widened to whole formulas; null when it has none.
function chosen() {
  const selection = getSelection();
  if (selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const [first, last] = [range.startContainer, range.endContainer].map(formulaAround);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const part = range.cloneContents();
  return part.querySelector("math") ? part : null;
}

function formulaAround(node) {
  return (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("math");
}

// Line ends as the page shows them: only what is laid out has them.
function plain(part) {
  const box = document.createElement("div");
  box.className = "visually-hidden";
  box.style.whiteSpace = "normal"; // as in a text; what is hidden is on one line
  box.append(part.cloneNode(true));
  for (const math of box.querySelectorAll("math")) {
    const tex = math.querySelector(TEX)?.textContent.trim();
    if (tex === undefined) continue;
    const text = document.createElement("span");
    const sign = math.getAttribute("display") === "block" ? "$$" : "$";
    text.textContent = `${sign}${tex}${sign}`;
    text.style.whiteSpace = "pre";
    math.replaceWith(text);
  }
  document.body.append(box);
  const text = box.innerText;
  box.remove();
  return text.trim();
}

function html(part) {
  const box = document.createElement("div");
  box.append(part);
  return box.innerHTML;
}

document.addEventListener("copy", (event) => {
  if (event.defaultPrevented || event.target.closest?.("input, textarea")) return;
  const part = chosen();
  if (!part) return;
  event.clipboardData.setData("text/plain", plain(part));
  event.clipboardData.setData("text/html", html(part));
  event.preventDefault();
});

document.addEventListener("dblclick", (event) => {
  const math = event.target.closest?.("math");
  if (!math || math.closest("button")) return;
  const range = document.createRange();
  range.selectNode(math);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
});
