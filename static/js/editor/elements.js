// The parts of the page that several modules use.
export const form = document.querySelector("[data-editor]");
export const source = form.querySelector("#page-source");
export const preview = form.querySelector("[data-preview]");

const announcer = form.querySelector("[data-announce]");

// Says something to those who cannot see it, once.
export function announce(text) {
  if (announcer.textContent !== text) announcer.textContent = text;
}

export function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function plural(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

// The token may change when somebody signs in again, so it is read when it is needed.
export function token() {
  return form.querySelector("[name=csrf_token]").value;
}
