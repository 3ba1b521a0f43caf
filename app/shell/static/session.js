// Warns before a session ends for want of activity, in all tabs alike, and lets it live on.

const WARN_SECONDS = 120;
const channel = "BroadcastChannel" in self ? new BroadcastChannel("hotline-session") : null;

function words(dialog, name, count) {
  return dialog.querySelector(`[data-idle-words="${name}"]`).content.textContent.replace("{count}", String(count));
}

async function ask(path, method) {
  const headers = { Accept: "application/json", "HX-Request": "true", "X-CSRF": document.body.dataset.csrf };
  const answer = await fetch(path, { method, headers });
  return answer.ok && answer.status === 200 ? answer.json() : { seconds: 0, final: true };
}

export function watchSession() {
  const dialog = document.getElementById("idle");
  if (!dialog) return;
  const left = dialog.querySelector("[data-idle-left]");
  const said = dialog.querySelector("[data-idle-said]");
  let end = 0;
  let final = false;
  let asking = false;
  let saidAt = 0;

  function set(seconds, isFinal, tell) {
    end = Date.now() + seconds * 1000;
    final = isFinal;
    if (tell) channel?.postMessage({ end, final });
    if (seconds > WARN_SECONDS && dialog.open) dialog.close();
  }

  function leave() {
    channel?.postMessage({ over: true });
    const here = location.pathname + location.search;
    location.assign(`${dialog.dataset.login}?ended=idle&next=${encodeURIComponent(here)}`);
  }

  function show(seconds) {
    const whole = seconds > 60 ? Math.ceil(seconds / 60) : seconds;
    left.textContent = words(dialog, seconds > 60 ? "minutes" : "seconds", whole);
    dialog.querySelector("[data-idle-stay]").hidden = final;
    if (final) dialog.querySelector("#idle-text").textContent = words(dialog, "final", "");
    const mark = seconds > 60 ? Math.ceil(seconds / 60) * 60 : Math.ceil(seconds / 20) * 20;
    if (mark !== saidAt) {
      saidAt = mark;
      said.textContent = left.textContent;
    }
    if (!dialog.open) dialog.showModal();
  }

  // The server is asked before anything is said: another tab or a waiting call may have kept the session alive.
  async function look() {
    const seconds = Math.round((end - Date.now()) / 1000);
    if (seconds > WARN_SECONDS || asking) return;
    if (dialog.open && seconds > 0) return show(seconds);
    asking = true;
    try {
      const state = await ask("/session/state", "GET");
      set(state.seconds, state.final, true);
      if (state.seconds <= 0) leave();
      else if (state.seconds <= WARN_SECONDS) show(state.seconds);
    } catch {
      // Without an answer nothing is known; the next second asks again.
    }
    asking = false;
  }

  async function stay() {
    try {
      const state = await ask("/session/extend", "POST");
      if (state.seconds <= 0) leave();
      else set(state.seconds, state.final, true);
    } catch {
      // The dialog stays, and with it the button.
    }
  }

  dialog.querySelector("[data-idle-stay]").addEventListener("click", stay);
  dialog.querySelector("[data-idle-out]").addEventListener("click", () => {
    document.querySelector("form[data-logout]").requestSubmit();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  document.querySelector("form[data-logout]")?.addEventListener("submit", () => {
    channel?.postMessage({ over: true });
  });
  channel?.addEventListener("message", ({ data }) => {
    if (data.over) location.assign(`${dialog.dataset.login}?ended=elsewhere`);
    else {
      end = data.end;
      final = data.final;
      if (end - Date.now() > WARN_SECONDS * 1000 && dialog.open) dialog.close();
    }
  });

  set(Number(document.body.dataset.idleSeconds), false, true);
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
