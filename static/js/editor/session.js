// Whether the server is there, and who is signed in: asked before the editor is left, and when a
// form's token is refused. After signing in again the token is another one.
import { form } from "./elements.js";

const MAX_WAIT_MS = 8000; // ms

// Resolves to "here", "signed out", "somebody else" or "away"; takes over the present token.
export async function checkSession() {
  try {
    const answer = await fetch(form.dataset.tokenUrl, {
      headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(MAX_WAIT_MS),
    });
    if (answer.redirected || answer.status === 401) return "signed out";
    if (!answer.ok) return "away";
    const { csrf_token: renewed, user } = await answer.json();
    if (user !== form.dataset.user) return "somebody else";
    for (const input of document.querySelectorAll("[name=csrf_token]")) input.value = renewed;
    return "here";
  } catch {
    return "away";
  }
}
