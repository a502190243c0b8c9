// Below the notes of an entry: what they look like, and what needs a look.
import { watch } from "./boxes.js";
import { makePreview } from "./rendering.js";

const section = document.querySelector("[data-notes-preview]");
const { form } = document.querySelector("#page-notes");
const { notes, csrf_token: token } = form.elements;
const text = section.querySelector("[data-preview]");
const list = section.querySelector("[data-findings]");

function say(lines) {
  const items = lines.map(([line, message]) => {
    const item = document.createElement("li");
    item.textContent = line ? `Line ${line}: ${message}` : message;
    return item;
  });
  if (list.textContent !== items.map((item) => item.textContent).join("")) list.replaceChildren(...items);
  section.hidden = false;
}

const { soon } = makePreview({
  box: text,
  url: section.dataset.previewUrl,
  read: () => ({ csrf_token: token.value, source: notes.value }),
  show({ html, links, problems }) {
    text.innerHTML = html;
    watch(text);
    say([
      ...problems.map(({ line, message }) => [line, message]),
      ...links.filter((link) => !link.known).map(({ line, label }) => [line, `“${label}” is not in the library`]),
    ]);
  },
  fail: (message, line) => say([[line, message]]),
});

notes.addEventListener("input", soon);
