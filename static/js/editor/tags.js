// Tags are suggested while one is typed: a combobox as WAI-ARIA describes it, for the tag at the caret.
import { announce, element, form, plural } from "./elements.js";

const WAIT = 150; // ms without a key before the server is asked
const input = form.elements.tags;
const box = element("ul", { id: "page-tag-suggestions", className: "suggestions tag-suggestions", role: "listbox", "aria-label": "Tags", hidden: true });
let tags = [];
let chosen = -1;
let timer;
let running;

for (const [name, value] of Object.entries({
  role: "combobox", "aria-autocomplete": "list", "aria-controls": box.id, "aria-expanded": "false",
})) input.setAttribute(name, value);
input.after(box);

// The tag at the caret, from where to where.
function typedNow() {
  const at = input.selectionStart;
  const from = input.value.lastIndexOf(",", at - 1) + 1;
  const comma = input.value.indexOf(",", at);
  return { from, to: comma < 0 ? input.value.length : comma, text: input.value.slice(from, at).trim() };
}

function close() {
  clearTimeout(timer);
  running?.abort();
  tags = [];
  box.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

async function ask(typed) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  try {
    const answer = await fetch(`${input.dataset.tagsUrl}?${new URLSearchParams({ q: typed })}`, {
      signal, headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    if (!signal.aborted && typedNow().text === typed) show(found.tags);
  } catch {
    if (!signal.aborted) close();
  }
}

function show(found) {
  const here = new Set(input.value.split(",").map((tag) => tag.trim().toLowerCase()));
  tags = found.filter((tag) => !here.has(tag));
  if (tags.length === 0 || document.activeElement !== input) return close();
  box.replaceChildren(...tags.map((tag, number) => (
    element("li", { id: `page-tag-${number}`, role: "option", className: "suggestion", "data-number": number }, tag)
  )));
  box.hidden = false;
  input.setAttribute("aria-expanded", "true");
  choose(-1);
  announce(`${plural(tags.length, "tag", "tags")}. Use arrow keys and Enter to choose.`);
  return undefined;
}

// -1 is the field itself: Enter without a choice leaves what was typed.
function choose(number) {
  chosen = number;
  for (const [at, option] of [...box.children].entries()) option.setAttribute("aria-selected", String(at === chosen));
  if (chosen < 0) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", box.children[chosen].id);
  return box.children[chosen].scrollIntoView({ block: "nearest" });
}

function take(tag) {
  const { from, to } = typedNow();
  const after = input.value.slice(to);
  const text = `${from ? " " : ""}${tag}${after.trim() ? "" : ", "}`;
  close();
  input.setRangeText(text, from, to, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

input.addEventListener("input", (event) => {
  clearTimeout(timer);
  const { text } = typedNow();
  if (!text) close();
  else if (!event.isComposing) timer = setTimeout(ask, WAIT, text);
});
// Before the form's own keys: Enter chooses here.
input.addEventListener("keydown", (event) => {
  if (box.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
  const last = tags.length - 1;
  if (event.key === "ArrowDown") choose(chosen < last ? chosen + 1 : -1);
  else if (event.key === "ArrowUp") choose(chosen < 0 ? last : chosen - 1);
  else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(tags[chosen]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
input.addEventListener("blur", close);
box.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
box.addEventListener("pointermove", (event) => {
  const option = event.target.closest("[data-number]");
  if (option && Number(option.dataset.number) !== chosen) choose(Number(option.dataset.number));
});
box.addEventListener("click", (event) => {
  const option = event.target.closest("[data-number]");
  if (option) take(tags[Number(option.dataset.number)]);
});
