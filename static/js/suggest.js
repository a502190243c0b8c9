// Suggestions below a search field while somebody types: a combobox as WAI-ARIA describes it. The
// field and its form work without; Enter without a choice searches as before.
const WAIT = 150; // milliseconds without a key before the server is asked
const MIN_QUERY_CHARS = 2;
let lists = 0;

function attach(form) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.id = `page-suggestions-${(lists += 1)}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  form.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
    autocomplete: "off",
  })) input.setAttribute(name, value);

  let timer = 0;
  let request = null;
  let chosen = -1;

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    choose(-1);
    input.setAttribute("aria-expanded", "false");
  }

  function choose(index) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    const option = list.children[chosen];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  async function ask(typed) {
    request?.abort();
    request = new AbortController();
    const address = `${form.dataset.suggest}?${new URLSearchParams({ part: "list", q: typed })}`;
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (!answer.ok) return close();
      show(await answer.text());
    } catch {
      // Another letter was typed meanwhile, or there is no connection: the form still works.
    }
  }

  function show(html) {
    const made = document.createElement("template");
    made.innerHTML = html; // Our own page's markup, sanitised as everywhere.
    list.replaceChildren(...made.content.querySelectorAll("li"));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    [...list.children].forEach((option, index) => {
      option.id = `${list.id}-${index}`;
      option.setAttribute("aria-selected", "false");
    });
    const open = list.children.length > 0 && document.activeElement === input;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    const typed = input.value.trim();
    if (typed.length < MIN_QUERY_CHARS) return close();
    if (!event.isComposing) timer = setTimeout(ask, WAIT, typed);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") choose(chosen < last ? chosen + 1 : -1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? last : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.address);
    else return;
    event.preventDefault();
  });

  // A press on a row must not take the focus from the field, which would close the list first.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const address = event.target.closest("[data-address]")?.dataset.address;
    if (!address) return;
    if (event.ctrlKey || event.metaKey) window.open(address, "_blank", "noopener");
    else location.assign(address);
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
}

document.querySelectorAll("form[data-suggest]").forEach(attach);
