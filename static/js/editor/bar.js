// The bar below the text: how high it is, what opens from it, and the way to the warnings.
import { element, form, plural } from "./elements.js";
import { showView } from "./views.js";

const bar = form.querySelector("[data-bar]");
const options = form.querySelector("[data-options]");
const warnings = form.querySelector("[data-warnings]");
const count = warnings.querySelector("[data-warnings-count]");
const words = form.querySelector("[data-words]");
const findings = form.querySelector("#page-findings");

// Where the bar begins, in px from the top of the window: what opens above it ends there.
export function barTop() {
  return bar.getBoundingClientRect().top;
}

export function showCounts(wordCount, warningCount) {
  if (wordCount !== null) words.textContent = plural(wordCount, "word", "words");
  warnings.hidden = warningCount === 0;
  count.textContent = plural(warningCount, "warning", "warnings");
}

// What has the focus is scrolled to above the bar, however high that is.
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--editor-bar", `${bar.offsetHeight}px`);
}).observe(bar);

warnings.addEventListener("click", (event) => {
  event.preventDefault();
  showView("write");
  findings.open = true;
  const first = findings.querySelector("[data-line]") ?? findings.querySelector("summary");
  findings.scrollIntoView({ block: "nearest" });
  first.focus();
});

options.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !options.open) return;
  event.preventDefault();
  options.open = false;
  options.querySelector("summary").focus();
});
document.addEventListener("pointerdown", (event) => {
  if (!options.contains(event.target)) options.open = false;
});

// Closed, it says how many tags there are.
const said = element("span", { className: "editor-bar__count" });
options.querySelector("summary").append(said);

function countTags() {
  const tags = form.elements.tags.value.split(",").filter((tag) => tag.trim()).length;
  said.textContent = tags ? ` (${tags})` : "";
}

form.elements.tags.addEventListener("input", countTags);
countTags();
