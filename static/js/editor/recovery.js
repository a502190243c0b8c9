// After a crash: what this browser kept of the text, and the server does not have.
import { content, fill, knownState, same } from "./content.js";
import { age } from "../times.js";
import { element } from "./elements.js";
import { removeEntry, findEntries } from "./keeping.js";
import { button, buttons, clearNotice, noticeOnTop } from "./notices.js";

// Puts the newest text in when it goes on from what the form holds, and offers all others.
// `mayRestore` is false when the form holds what was just sent. Returns what was put in.
export async function recover(mayRestore) {
  const here = content();
  const others = [];
  for (const entry of await findEntries()) {
    const told = others.some((other) => sameText(entry, other)) || isMerged(entry);
    if (!told && !same(entry, here) && (goesOn(entry, here) || !sameText(entry, here))) others.push(entry);
    else removeEntry(entry.name);
  }
  const untouched = same(content(), here); // nobody typed meanwhile
  const restored = mayRestore && untouched && others.length > 0 && goesOn(others[0], here) ? others.shift() : null;
  if (restored) restore(restored, here);
  for (const [number, entry] of others.entries()) offer(entry, `older ${number}`);
  return restored;
}

// Saving trims a text, and writes its tags anew.
function sameText(entry, here) {
  return ["source", "takeaway"].every((name) => entry[name].trim() === here[name].trim());
}

// The page with two versions holds both of them.
function isMerged(entry) {
  const texts = [...document.querySelectorAll("[data-merged-from]")];
  return texts.some(({ textContent: text }) => text.trim() === entry.source.replace(/\r\n?/gu, "\n").trim());
}

function goesOn(entry, here) {
  const { revision, version } = knownState();
  // The server's text may be one that the same window sent before it was closed.
  const ours = (sent) => (typeof sent === "string" ? sent === here.source : same(sent, here));
  return (entry.revision >= revision && entry.version >= version) || entry.sent?.some(ours);
}

// Either text takes the other's place, and can be had back with all that was typed into it since.
function restore(entry, here) {
  fill(entry);
  let away = here;
  let ours = true;
  const what = element("p", {}, "Restored unsaved changes from this browser.");
  const stay = button("Keep this version", () => clearNotice("restored"));
  const change = button("Use the server’s version", () => {
    const shown = content();
    fill(away);
    away = shown;
    ours = !ours;
    what.textContent = ours
      ? "Showing your version. You can still switch to the server’s."
      : "Showing the server’s version. Yours is kept while this page is open.";
    change.textContent = ours ? "Use the server’s version" : "Use my version";
  });
  noticeOnTop("restored", what, buttons(stay, change));
}

function offer(entry, kind) {
  const text = element("textarea", { readOnly: true, rows: 8, className: "kept-text", hidden: true });
  text.value = entry.source;
  text.setAttribute("aria-label", "Your unsaved text");
  const show = button("Show unsaved text", () => {
    text.hidden = !text.hidden;
    if (!text.hidden) text.select();
  });
  const drop = button("Discard", () => {
    removeEntry(entry.name);
    clearNotice(kind);
  });
  const what = `Unsaved text, typed ${age(new Date(entry.at), new Date())}, found in this browser; a newer saved version is shown below.`;
  noticeOnTop(kind, element("p", {}, what), buttons(show, drop), text);
}
