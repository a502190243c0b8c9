// Votes without leaving the page. The forms work without this.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("votes" in form.dataset)) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const address = event.submitter.getAttribute("formaction") ?? form.action;
  const body = new FormData(form, event.submitter);
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    show(form, await answer.json());
  } catch {
    sendPlainly(form, address, body);
  } finally {
    delete form.dataset.busy;
  }
});

function show(form, { score, my_vote: mine }) {
  form.querySelector("[data-score]").textContent = score;
  for (const button of form.querySelectorAll("button")) {
    const pressed = Number(button.value) === mine;
    button.setAttribute("aria-pressed", String(pressed));
    if (pressed) button.setAttribute("formaction", form.dataset.withdraw);
    else button.removeAttribute("formaction");
  }
}

// The server's own page then says what is wrong (signed out, too fast, gone).
function sendPlainly(form, address, body) {
  const value = document.createElement("input");
  value.type = "hidden";
  value.name = "value";
  value.value = body.get("value");
  form.append(value);
  form.action = address;
  form.submit();
}
