// What the form holds of somebody's work.
import { form } from "./elements.js";

export const NAMES = ["source", "takeaway", "tags", "visibility", "anonymous", "read", "made", "interest"];
const BOXES = ["anonymous", "interest"];

export function content() {
  const data = new FormData(form);
  // The last value: before the tick box stands an empty field of its name.
  return Object.fromEntries(NAMES.map((name) => [name, String(data.getAll(name).at(-1) ?? "")]));
}

export function same(one, other) {
  // An entry of long ago lacks the newer fields.
  const plain = (value = "") => value.replace(/\r\n?/gu, "\n");
  return NAMES.every((name) => plain(one[name]) === plain(other[name]));
}

// The same, as far as the server would see no difference in what it sent.
export function sameSaved(one, other) {
  const plain = (name, { [name]: value = "" }) => {
    if (BOXES.includes(name)) return Boolean(value);
    if (name === "tags") return value.split(",").map((tag) => tag.trim().toLowerCase()).filter(Boolean).sort().join();
    return name === "source" ? value.replace(/\r\n?/gu, "\n").replace(/^\n+|\n+$/gu, "") : value.trim();
  };
  return NAMES.every((name) => plain(name, one) === plain(name, other));
}

export function fill(values) {
  for (const name of ["source", "takeaway", "tags"]) form.elements[name].value = values[name];
  for (const name of BOXES) form.querySelector(`[type=checkbox][name=${name}]`).checked = Boolean(values[name]);
  for (const name of ["visibility", "read", "made"]) form.elements[name].value = values[name] ?? "";
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
