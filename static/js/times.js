// Moments that the server writes in UTC, in the reader's own time.
export function local(at) {
  const date = new Date(at);
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `${day}, ${time}`;
}

for (const each of document.querySelectorAll("time[data-local]")) {
  each.title = each.textContent;
  each.textContent = local(each.dateTime);
}
