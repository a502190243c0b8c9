// What the form holds of somebody's work.
import { form } from "./elements.js";

const NAMES = ["source", "takeaway", "tags", "visibility", "anonymous"];

export function content() {
  const data = new FormData(form);
  // The last value: before the tick box stands an empty field of its name.
  return Object.fromEntries(NAMES.map((name) => [name, String(data.getAll(name).at(-1) ?? "")]));
}

export function same(one, other) {
  return NAMES.every((name) => one[name].replace(/\r\n?/gu, "\n") === other[name].replace(/\r\n?/gu, "\n"));
}

// The same, as far as the server would see no difference in what it sent.
export function sameSaved(one, other) {
  const plain = (name, { [name]: value }) => {
    if (name === "anonymous") return Boolean(value);
    if (name === "tags") return value.split(",").map((tag) => tag.trim().toLowerCase()).filter(Boolean).sort().join();
    return name === "source" ? value.replace(/\r\n?/gu, "\n").replace(/^\n+|\n+$/gu, "") : value.trim();
  };
  return NAMES.every((name) => plain(name, one) === plain(name, other));
}

export function fill(values) {
  for (const name of ["source", "takeaway", "tags"]) form.elements[name].value = values[name];
  form.querySelector("[type=checkbox][name=anonymous]").checked = values.anonymous !== "";
  form.elements.visibility.value = values.visibility;
  for (const name of ["takeaway", "source", "tags"]) form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
}

// The summary that the window changes (0 for a new one), the saved revision that the text began from,
// and the version of the draft that this window knows.
// What stood beside the revision goes along in `base`, for the server alone.
export function knownState() {
  const [summary, revision, version] = ["summary", "revision", "draft"].map((name) => Number(form.elements[name].value));
  return { summary, revision, version };
}

export function updateKnownState({ summary, revision, version, base }) {
  if (summary !== undefined) form.elements.summary.value = summary;
  if (base !== undefined) form.elements.base.value = base;
  if (revision !== undefined) form.elements.revision.value = revision;
  form.elements.draft.value = version;
}
