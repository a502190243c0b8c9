// Pictures that are pasted, dropped or chosen: alt text is asked for, the server keeps the picture,
// and its Markdown goes into the text.
import { announce, element, form, source, token } from "./elements.js";
import { button, buttons, clearNotice, notice, urgentNotice } from "./notices.js";
import { problemOf } from "./picturefiles.js";
import { insertBlock } from "./typing.js";

const SMALL = 2 ** 20; // bytes; larger ones are not shown beside the question
const dialog = document.querySelector("[data-alt-dialog]");
const alt = dialog.querySelector("input");
const shown = dialog.querySelector("img");
const chooser = form.querySelector("[data-choose-picture]");
let queue = Promise.resolve();
let unused = ""; // what was written about a picture that the server refused

// Each file has a notice of its own, which goes when somebody has chosen what to do about it.
function refuse(file, problem, ...ways) {
  const kind = `picture ${file.name}`;
  const way = (label, go) => button(label, () => {
    clearNotice(kind);
    source.focus({ preventScroll: true });
    go?.();
  });
  for (const old of ["upload", kind]) clearNotice(old); // another file may have the same name
  urgentNotice(
    kind,
    element("p", {}, `${file.name} wasn’t added: ${problem}`),
    buttons(...ways.map(([label, go]) => way(label, go)), way("Choose another", () => chooser.click()), way("Dismiss")),
  );
}

function read(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => resolve(""));
    reader.readAsDataURL(file);
  });
}

// What the picture shows, or null when it is not wanted after all.
async function askAlt(file) {
  shown.src = file.size <= SMALL ? await read(file) : "";
  shown.hidden = !shown.getAttribute("src");
  dialog.querySelector("[data-file-name]").textContent = file.name;
  alt.value = unused;
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => { dialog.addEventListener("close", resolve, { once: true }); });
  return dialog.returnValue === "add" ? alt.value.trim() : null;
}

async function add(file) {
  const problem = await problemOf(file);
  if (problem) {
    refuse(file, problem);
    return;
  }
  const text = await askAlt(file);
  source.focus({ preventScroll: true });
  if (text === null) return;
  unused = text;
  notice("upload", element("p", {}, `Uploading ${file.name}…`));
  const body = new FormData();
  body.set("csrf_token", token());
  body.set("picture", file, file.name);
  body.set("alt", text);
  try {
    const answer = await fetch(form.dataset.pictureUrl, {
      method: "POST", body, headers: { Accept: "application/json" },
    });
    const result = await answer.json();
    if (answer.ok) {
      clearNotice("upload");
      unused = "";
      insertBlock(result.markdown);
      announce(`${file.name} added.`);
    } else {
      refuse(file, result.error);
    }
  } catch {
    refuse(file, "can’t reach the server.", ["Try again", () => addAll([file])]);
  }
}

// One after the other, in the order in which they came.
function addAll(files) {
  for (const file of files) queue = queue.then(() => add(file));
}

// Only spaces say nothing; the browser's own check lets them pass.
function needWords() {
  alt.setCustomValidity(alt.value.trim() ? "" : alt.dataset.needed);
}

alt.addEventListener("input", needWords);
dialog.querySelector("[value=add]").addEventListener("click", needWords);

for (const [kind, transfer] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
  source.addEventListener(kind, (event) => {
    const files = [...(event[transfer]?.files ?? [])];
    // A copied cell or paragraph comes with a picture of itself; then the text is meant.
    if (files.length === 0 || event[transfer].getData("text/plain")) return;
    event.preventDefault();
    addAll(files);
  });
}
source.addEventListener("dragover", (event) => {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
});
form.querySelector("[data-picture]").addEventListener("click", () => chooser.click());
chooser.addEventListener("change", () => {
  addAll([...chooser.files]);
  chooser.value = "";
});
