// A small card about the paper that a link leads to, for whoever points at it or reaches it by
// keyboard. The link works without it; fingers, which cannot hover, are left alone.
const LINKS = "a.paper-link, .see-also a, .mention__title a, a.map__paper";
const BEFORE_SHOWING = 300;
const BEFORE_HIDING = 200;
const NARROWEST = 200; // px of a card
const found = new Map();
let timer;
let link;
let card;

function cardOf(anchor) {
  const address = new URL(anchor.getAttribute("href"), location.href); // in a map it is SVG's
  const own = address.origin === location.origin && address.pathname.startsWith("/paper/");
  if (!own || address.pathname === location.pathname) return null;
  const by = address.hash && `?by=${address.hash.slice(1)}`;
  return `/card/${address.pathname.slice(7)}${by}`;
}

function fetchCard(address) {
  if (!found.has(address)) {
    found.set(address, fetch(address).then((got) => (got.ok ? got.text() : null), () => null));
  }
  return found.get(address);
}

function hide() {
  clearTimeout(timer);
  link?.removeAttribute("aria-describedby");
  card?.remove();
  link = card = undefined;
}

async function show(anchor) {
  const address = cardOf(anchor);
  if (!address || anchor === link) return;
  const html = await fetchCard(address);
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
  anchor.querySelector("title")?.remove(); // the browser would show it over the map
  place();
}

// Below the link, or above where there is no room; never outside the window.
function place() {
  const map = link.closest(".map__box");
  if (map) {
    placeBeside(map.getBoundingClientRect());
    return;
  }
  const at = link.getClientRects()[0];
  const width = document.documentElement.clientWidth;
  const left = Math.max(8, Math.min(at.left, width - card.offsetWidth - 8));
  const above = at.bottom + card.offsetHeight + 8 > innerHeight && at.top > card.offsetHeight + 8;
  card.style.left = `${left + scrollX}px`;
  card.style.top = `${(above ? at.top - card.offsetHeight - 4 : at.bottom + 4) + scrollY}px`;
}

// Never over a map, whose other papers one wants to see: beside it, or below or above.
function placeBeside(map) {
  const width = document.documentElement.clientWidth;
  const right = width - map.right - 16;
  const left = map.left - 16;
  const room = Math.max(right, left);
  if (room >= NARROWEST) {
    card.style.maxInlineSize = `min(24rem, ${room}px)`;
    card.style.left = `${(right >= NARROWEST ? map.right + 8 : map.left - 8 - card.offsetWidth) + scrollX}px`;
    const middle = link.getBoundingClientRect().top;
    card.style.top = `${Math.max(8, Math.min(middle, innerHeight - card.offsetHeight - 8)) + scrollY}px`;
    return;
  }
  const below = map.bottom + card.offsetHeight + 8 <= innerHeight;
  if (!below && map.top < card.offsetHeight + 8) {
    hide(); // no room anywhere
    return;
  }
  card.style.left = `${Math.max(8, Math.min(map.left, width - card.offsetWidth - 8)) + scrollX}px`;
  card.style.top = `${(below ? map.bottom + 4 : map.top - card.offsetHeight - 4) + scrollY}px`;
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
