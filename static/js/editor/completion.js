// \cite{ and [[ offer papers by title or key.
import { announce, element, form, plural, source } from "./elements.js";
import { barTop } from "./bar.js";
import { placesOf } from "./mirror.js";
import { composing, replace } from "./typing.js";

const CITE = /\\cite[tp]?\*?\{(?:[^{}\n]*,\s*)?([^{},\n]*)$/u;
const WIKI = /\[\[([^[\]\n]{0,200})$/u;
const MIN_QUERY_CHARS = 2;
const GAP = 4; // px between the list and the edge of the window
const SMALLEST = 96; // px; less is no list
const box = form.querySelector("[data-suggestions]");
let papers = [];
let chosen = -1;
let place = null; // what is being completed, and where it begins
let waiting;
let running;
let closedAt = ""; // what stood there when Escape was pressed

function typedNow() {
  const { selectionStart: at, selectionEnd } = source;
  if (at !== selectionEnd || document.activeElement !== source) return null;
  const before = source.value.slice(Math.max(0, at - 600), at);
  for (const [kind, pattern] of [["cite", CITE], ["wiki", WIKI]]) {
    const found = pattern.exec(before);
    if (found) return { kind, query: found[1], from: at - found[1].length - (kind === "wiki" ? 2 : 0), at };
  }
  return null;
}

export async function ask(query, options = {}) {
  const address = `${form.dataset.suggestUrl}?${new URLSearchParams({ q: query, ...options.extra })}`;
  const answer = await fetch(address, { signal: options.signal, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).papers;
}

async function offer(typed) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  try {
    const found = await ask(typed.query, { signal });
    const now = typedNow();
    if (signal.aborted || !now || now.query !== typed.query) return;
    place = now;
    show(found);
  } catch {
    if (!signal.aborted) close();
  }
}

function show(found) {
  papers = found;
  if (papers.length === 0) {
    close();
    announce("No matching papers.");
    return;
  }
  box.replaceChildren(...papers.map(({ key, title, where }, number) => element(
    "li",
    { id: `page-suggestion-${number}`, role: "option", className: "suggestion", "data-number": number },
    element("span", { className: "suggestion__title", dir: "auto" }, title),
    element("span", { className: "suggestion__where" }, [where, key].filter(Boolean).join(" · ")),
  )));
  box.hidden = false; // it has a size only now
  put();
  source.setAttribute("aria-controls", box.id);
  choose(0);
  announce(`${plural(papers.length, "paper", "papers")}. Use arrow keys and Enter to choose.`);
}

// Below the line that is typed in, within the pane; above it where the window has more room there.
function put() {
  const { top, left, lineHeight } = placesOf([place.from])[0];
  const line = source.clientTop + Math.min(top - source.scrollTop, source.clientHeight - lineHeight);
  const room = source.offsetWidth - 16;
  const width = Math.min(room, 28 * 16);
  box.style.width = `${width}px`;
  box.style.maxHeight = "";
  const inWindow = source.getBoundingClientRect().top + line;
  const seen = window.visualViewport;
  const bottom = Math.min(seen ? seen.offsetTop + seen.height : innerHeight, barTop());
  const below = bottom - inWindow - lineHeight - GAP;
  const above = inWindow - (seen?.offsetTop ?? 0) - GAP;
  const up = box.offsetHeight > below && above > below;
  box.style.maxHeight = `${Math.max(SMALLEST, up ? above : below)}px`;
  const y = source.offsetTop + line;
  box.style.top = `${up ? y - box.offsetHeight : y + lineHeight}px`;
  box.style.left = `${source.offsetLeft + Math.max(0, Math.min(left, source.offsetWidth - width))}px`;
}

function choose(number) {
  chosen = (number + papers.length) % papers.length;
  for (const [at, option] of [...box.children].entries()) option.setAttribute("aria-selected", String(at === chosen));
  source.setAttribute("aria-activedescendant", box.children[chosen].id);
  box.children[chosen].scrollIntoView({ block: "nearest" });
}

function close() {
  clearTimeout(waiting);
  running?.abort();
  box.hidden = true;
  papers = [];
  source.removeAttribute("aria-controls");
  source.removeAttribute("aria-activedescendant");
}

function take(paper) {
  const { kind, from } = place;
  const at = source.selectionEnd;
  const after = source.value.slice(at);
  close();
  if (kind === "cite") {
    // The brace may stand there already.
    const closed = after.startsWith("}");
    replace(from, closed ? at + 1 : at, `${paper.key}}`);
  } else {
    replace(from, after.startsWith("]]") ? at + 2 : at, paper.link);
  }
}

source.addEventListener("input", () => {
  clearTimeout(waiting);
  if (composing) return;
  const typed = typedNow();
  if (!typed || typed.query.trim().length < MIN_QUERY_CHARS || typed.query === closedAt) {
    if (!typed) closedAt = "";
    close();
    return;
  }
  waiting = setTimeout(offer, 180, typed);
});
// Before the toolbar's own keys: Enter chooses here, and begins no list item.
source.addEventListener("keydown", (event) => {
  if (box.hidden || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(papers[chosen]);
  else if (event.key === "Escape") {
    closedAt = place.query;
    close();
  } else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });
document.addEventListener("selectionchange", () => {
  if (!box.hidden && typedNow()?.from !== place.from) close();
});
source.addEventListener("blur", close);
box.addEventListener("pointerdown", (event) => event.preventDefault()); // the text keeps the focus
// One of them is chosen, by keys or by the pointer.
box.addEventListener("pointermove", (event) => {
  const option = event.target.closest("[data-number]");
  if (option && Number(option.dataset.number) !== chosen) choose(Number(option.dataset.number));
});
box.addEventListener("click", (event) => {
  const option = event.target.closest("[data-number]");
  if (option) take(papers[Number(option.dataset.number)]);
});
