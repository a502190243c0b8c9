// Sign in with a passkey, or add one (data-passkey). The server says what to ask the browser
// (data-options); what it answers is sent in the form, and a page follows. Forms for which the
// browser can do nothing stay as they are without this module.
const LOST = "Couldn’t reach the server. Try again.";
const EXPIRED = "Something went wrong. Reload the page and try again.";
const REFUSED = {
  NotAllowedError: "No passkey was used. Try again.",
  InvalidStateError: "This device has a passkey for your account already.",
  NotSupportedError: "This device can’t make a passkey for this site.",
};

function toBytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

function toText(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const withBytes = (listed = []) => listed.map((each) => ({ ...each, id: toBytes(each.id) }));

class Refused extends Error {}

async function askServer(form) {
  const fields = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  if (form.elements.current) fields.set("current", form.elements.current.value);
  let answer;
  try {
    answer = await fetch(form.dataset.options, { method: "POST", body: fields, headers: { Accept: "application/json" } });
  } catch {
    throw new Refused(LOST);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(said.error || EXPIRED);
  return said;
}

async function askBrowser(kind, options) {
  const publicKey = { ...options, challenge: toBytes(options.challenge) };
  if (kind === "get") return navigator.credentials.get({ publicKey });
  publicKey.user = { ...options.user, id: toBytes(options.user.id) };
  publicKey.excludeCredentials = withBytes(options.excludeCredentials);
  return navigator.credentials.create({ publicKey });
}

function toJson({ id, rawId, type, response }) {
  const said = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = toText(response[name]);
  }
  return JSON.stringify({ id, rawId: toText(rawId), type, response: said, clientExtensionResults: {} });
}

async function answer(form) {
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  form.ariaBusy = "true";
  try {
    const options = await askServer(form);
    form.elements.credential.value = toJson(await askBrowser(form.dataset.passkey, options));
    form.submit();
  } catch (error) {
    problem.textContent = error instanceof Refused ? error.message : (REFUSED[error.name] ?? REFUSED.NotAllowedError);
    problem.hidden = false;
  } finally {
    form.ariaBusy = null;
  }
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  // Another address of the site has no passkeys: these belong to one.
  if (!window.PublicKeyCredential || location.origin !== form.dataset.origin) continue;
  form.hidden = false;
  for (const part of form.querySelectorAll("[data-passkey-fields]")) part.hidden = false;
  for (const part of form.querySelectorAll("[data-without]")) part.hidden = true;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return; // removes one
    event.preventDefault();
    if (form.ariaBusy !== "true") answer(form);
  });
}
