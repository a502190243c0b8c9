// A small card about the paper that a link leads to, for whoever points at it or reaches it by
// keyboard. The link works without it; fingers, which cannot hover, are left alone.
const LINKS = "a.paper-link, .see-also a, .mention__title a";
const BEFORE_SHOWING = 300;
const BEFORE_HIDING = 200;
const found = new Map();
let timer;
let link;
let card;

function paperOf(anchor) {
  const address = new URL(anchor.href);
  const own = address.origin === location.origin && address.pathname.startsWith("/paper/");
  return own && address.pathname !== location.pathname ? address.pathname.slice(7) : null;
}

function fetchCard(key) {
  if (!found.has(key)) {
    const answer = fetch(`/card/${key}`).then((got) => (got.ok ? got.text() : null), () => null);
    found.set(key, answer);
  }
  return found.get(key);
}

function hide() {
  clearTimeout(timer);
  link?.removeAttribute("aria-describedby");
  card?.remove();
  link = card = undefined;
}

async function show(anchor) {
  const key = paperOf(anchor);
  if (!key || anchor === link) return;
  const html = await fetchCard(key);
  if (!html || !anchor.isConnected || !(anchor.matches(":hover") || anchor === document.activeElement)) return;
  hide();
  link = anchor;
  card = document.createElement("div");
  card.className = "card";
  card.id = "page-card";
  card.role = "tooltip";
  card.innerHTML = html; // Made by the server, from what passed its sanitiser.
  document.body.append(card);
  anchor.setAttribute("aria-describedby", card.id);
  place();
}

// Below the link, or above where there is no room; never outside the window.
function place() {
  const at = link.getClientRects()[0];
  const width = document.documentElement.clientWidth;
  const left = Math.max(8, Math.min(at.left, width - card.offsetWidth - 8));
  const above = at.bottom + card.offsetHeight + 8 > innerHeight && at.top > card.offsetHeight + 8;
  card.style.left = `${left + scrollX}px`;
  card.style.top = `${(above ? at.top - card.offsetHeight - 4 : at.bottom + 4) + scrollY}px`;
}

function soon(action, after) {
  clearTimeout(timer);
  timer = setTimeout(action, after);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const anchor = event.target.closest(LINKS);
  if (anchor) soon(() => show(anchor), BEFORE_SHOWING);
  else if (event.target.closest(".card")) clearTimeout(timer);
  else if (card) soon(hide, BEFORE_HIDING);
  else clearTimeout(timer);
});
document.addEventListener("focusin", (event) => {
  const anchor = event.target.closest(LINKS);
  if (anchor?.matches(":focus-visible")) soon(() => show(anchor), BEFORE_SHOWING);
  else hide();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
});
