// A pasted or dropped address of a paper that we know becomes a link with its title.
import { announce, source } from "./elements.js";
import { ask } from "./completion.js";
import { composing, replace } from "./typing.js";

let expected = ""; // the address that the next input brings

// Which addresses mean a paper is known to the server alone.
function isAddress(text) {
  return /^https?:\/\/[^\s/]+\/\S+$/iu.test(text);
}

// Where an address is part of a link, a citation or code already, it stays.
function isBare(start, end) {
  const before = source.value.slice(source.value.lastIndexOf("\n", start - 1) + 1, start);
  if (/[^\s(]$/u.test(before) || /\]\(\s*$/u.test(before) || (before.split("`").length - 1) % 2) return false;
  return !/^[^\s).,;:]/u.test(source.value.slice(end));
}

async function name(address) {
  const dropped = source.selectionEnd - source.selectionStart === address.length;
  const start = dropped ? source.selectionStart : source.selectionEnd - address.length;
  const end = start + address.length;
  if (source.value.slice(start, end) !== address || !isBare(start, end)) return;
  let papers;
  try {
    papers = await ask(address, { extra: { exact: "1" } });
  } catch {
    return; // it stays as it was pasted
  }
  if (papers.length === 0 || composing || source.value.slice(start, end) !== address) return;
  const { selectionStart, selectionEnd, scrollTop } = source;
  const { link, title } = papers[0];
  const grown = link.length - address.length;
  const move = (at) => (at >= end ? at + grown : Math.min(at, start));
  const focused = document.activeElement;
  replace(start, end, link);
  source.setSelectionRange(move(selectionStart), move(selectionEnd));
  source.scrollTop = scrollTop;
  if (focused !== source) focused.focus({ preventScroll: true });
  announce(`Linked to ${title}.`);
}

for (const [kind, transfer] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
  source.addEventListener(kind, (event) => {
    const text = event[transfer]?.getData("text/plain").trim() ?? "";
    expected = isAddress(text) ? text : "";
  });
}
source.addEventListener("input", (event) => {
  const address = expected;
  if (!address || !/^insertFrom(?:Paste|Drop)/u.test(event.inputType)) return;
  expected = "";
  // After the browser has set the caret.
  setTimeout(name, 0, address);
});
