// Ages that stay true: the server writes them once, and a page may be old when it is read. The rule
// is that of `app/views/http/moments.py`; dates and times are in UTC on both sides.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DATED = 28 * DAY;
const AHEAD = 5 * MINUTE;
const UNITS = [
  [14 * DAY, 7 * DAY, "week"],
  [DAY, DAY, "day"],
  [HOUR, HOUR, "hour"],
  [MINUTE, MINUTE, "minute"],
];

function day(date) {
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

export function age(at, present) {
  const passed = present - at;
  if (passed >= DATED || passed <= -AHEAD) return day(at);
  for (const [least, unit, name] of UNITS) {
    if (passed < least) continue;
    const number = Math.floor(passed / unit);
    return `${number} ${name}${number === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

function refresh() {
  const present = new Date();
  for (const each of document.querySelectorAll("time[data-age]")) {
    const text = age(new Date(each.dateTime), present);
    if (each.textContent !== text) each.textContent = text;
  }
}

refresh();
setInterval(refresh, MINUTE);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
