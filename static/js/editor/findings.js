// The line under the text: words, links, what is not here yet, what needs a look; each with its line.
import { announce, element, form, plural, source } from "./elements.js";
import { showCounts } from "./bar.js";
import { showLine } from "./scrolling.js";

const summary = form.querySelector("[data-summary]");
const list = form.querySelector("[data-findings]");
const size = form.querySelector("[data-size]");
const maxBytes = Number(form.dataset.maxBytes);
const box = list.closest("details");
let openedHere = false; // for an error, which may pass
const encoder = new TextEncoder();

export function showFindings({ words, links, problems }) {
  if (openedHere) box.open = false;
  openedHere = false;
  const unknown = links.filter((link) => !link.known);
  const formulas = problems.filter(({ about }) => about === "formula").length;
  const others = problems.length - formulas;
  const warnings = [
    unknown.length && `${unknown.length} not in library`,
    formulas && plural(formulas, "formula error", "formula errors"),
    others && plural(others, "link problem", "link problems"),
  ].filter(Boolean);
  summary.textContent = [
    plural(words, "word", "words"),
    plural(links.length, "paper cited", "papers cited"),
    ...warnings,
  ].join(" · ");
  showCounts(words, unknown.length + problems.length);
  fill([
    ...problems.map(({ line, message }) => item(line, message, true)),
    ...unknown.map(({ line, label }) => item(line, `“${label}” is not in the library`, false)),
    ...links.filter((link) => link.known).map(({ line, label, title }) => (
      item(line, label === title ? label : `${label}: ${title}`, false)
    )),
  ]);
  announce(warnings.join(", "));
}

export function showError(message, line) {
  fill([item(line, message, true)]);
  showCounts(null, 1);
  openedHere ||= !box.open;
  box.open = true;
  announce(message);
}

function fill(items) {
  if (items.length === 0) {
    const help = "No problems. Type [[ and part of a title to cite a paper.";
    items = [element("li", {}, help)];
  }
  list.replaceChildren(...items);
}

function item(line, message, bad) {
  const made = element("li", { className: bad ? "findings__bad" : "" });
  if (line) made.append(element("button", { type: "button", "data-line": line }, `Line ${line}`), " ");
  made.append(element("bdi", {}, message));
  return made;
}

export function showSize() {
  const bytes = encoder.encode(source.value).length;
  size.textContent = bytes > maxBytes * 0.9
    ? `${bytes.toLocaleString("en")} of ${maxBytes.toLocaleString("en")} bytes`
    : "";
  size.toggleAttribute("data-over", bytes > maxBytes);
}

list.addEventListener("click", (event) => {
  const { line } = event.target.closest("[data-line]")?.dataset ?? {};
  if (line) showLine(Number(line));
});
