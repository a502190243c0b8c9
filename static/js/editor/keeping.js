// Texts that the server does not have yet, kept in this browser. Each window has an entry of its own,
// so that two on one text do not take each other's away.
//
// IndexedDB and not localStorage: Chromium writes the latter to the disk so late that a killed
// browser loses half a minute of typing.
import { knownState } from "./content.js";
import { form } from "./elements.js";

const STORE = "drafts";
const prefix = `${form.dataset.user} ${form.dataset.key} `;
const name = prefix + Math.random().toString(36).slice(2);
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("shortlist", 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
  return opened;
}

// What is asked for one after the other is done in that order.
async function write(change) {
  const transaction = (await database()).transaction(STORE, "readwrite", { durability: "strict" });
  change(transaction.objectStore(STORE));
  transaction.commit?.();
  await new Promise((resolve, reject) => {
    transaction.addEventListener("complete", resolve);
    transaction.addEventListener("abort", () => reject(transaction.error));
  });
}

// Says whether it worked: storage may be forbidden, or full.
export async function storeEntry(entry) {
  try {
    await write((store) => store.put(entry, name));
    return true;
  } catch {
    return false;
  }
}

export async function removeEntry(other = name) {
  try {
    await write((store) => store.delete(other));
  } catch {
    // Then nothing was kept either.
  }
}

// What windows before this one left, the newest first.
export async function findEntries() {
  try {
    const store = (await database()).transaction(STORE).objectStore(STORE);
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const [names, entries] = await Promise.all([result(store.getAllKeys(range)), result(store.getAll(range))]);
    return entries
      .map((entry, number) => ({ ...entry, name: names[number] }))
      .filter((entry) => entry.name !== name && isOfThis(entry))
      .sort((one, other) => other.at - one.at);
  } catch {
    return [];
  }
}

// A writer may have several summaries of a paper; a text that was new belongs to any.
function isOfThis(entry) {
  const { summary } = knownState();
  return !entry.summary || !summary || entry.summary === summary;
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
