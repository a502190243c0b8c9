// What a text looks like: made and sanitised by the server, once its writer stops typing.
//
// `read` gives the fields that are sent, `show` gets what the server found, and `fail` a sentence
// and the line that it is about. `box` is busy meanwhile.
export function makePreview({ box, url, read, show, fail }) {
  let waiting;
  let running;

  async function refresh() {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, {
        method: "POST", body: new URLSearchParams(read()), signal, headers: { Accept: "application/json" },
      });
      if (answer.status === 429) {
        const seconds = Number(answer.headers.get("Retry-After")) || 3;
        waiting = setTimeout(refresh, 1000 * Math.min(seconds, 60)); // somebody types fast
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (found.busy) {
        waiting = setTimeout(refresh, 3000); // others write too
        return;
      }
      if (found.error) fail(found.error, found.line);
      else show(found);
    } catch {
      if (signal.aborted) return;
      fail("Preview unavailable. Your text is safe.", null);
    }
    box.removeAttribute("aria-busy");
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 400);
  }

  return { refresh, soon };
}
