// An offered call makes itself known: a tone, the title of the tab, and the focus, unless somebody types just then.
const TONE_EVERY_MS = 5000;
// A key that was on its way to something else does not take the call.
const JUST_CAME_MS = 500;
const title = document.title;
let offered = "";
let cameAt = 0;
let ringing = 0;
let audio = null;

export function isTyping(at = document.activeElement) {
  if (!at || at.matches("input[type=radio], input[type=checkbox], input[type=button], input[type=submit]")) return false;
  return at.matches("input, textarea, select") || at.isContentEditable;
}

export function hasJustCome() {
  return Boolean(offered) && performance.now() - cameAt < JUST_CAME_MS;
}

function tone() {
  try {
    audio ??= new AudioContext();
    audio.resume();
    for (const [start, pitch] of [[0, 660], [0.22, 880]]) {
      const voice = audio.createOscillator();
      const loudness = audio.createGain();
      const from = audio.currentTime + start;
      voice.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.0001, from);
      loudness.gain.exponentialRampToValueAtTime(0.2, from + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
      voice.connect(loudness).connect(audio.destination);
      voice.start(from);
      voice.stop(from + 0.21);
    }
  } catch {
    // A browser without sound shows the offer all the same.
  }
}

function ring(page) {
  clearInterval(ringing);
  if (page.dataset.sound !== "true") return;
  tone();
  ringing = setInterval(tone, TONE_EVERY_MS);
}

function notify(page) {
  if (!document.hidden || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  new Notification(page.dataset.offered, { tag: "offer" });
}

function come(page) {
  cameAt = performance.now();
  document.title = `(1) ${title}`;
  ring(page);
  notify(page);
  if (!isTyping() && !document.querySelector("dialog[open]")) page.querySelector("[data-offer] [data-deed=accept]")?.focus();
}

// What stands where the buttons stood must not hear the next Enter.
function go(page) {
  clearInterval(ringing);
  document.title = title;
  const own = page.querySelector("#line-own");
  if (own?.contains(document.activeElement)) own.focus({ preventScroll: true });
}

export function lead(page) {
  const offer = page.querySelector("[data-offer]")?.dataset.offer ?? "";
  if (offer === offered) return;
  offered = offer;
  if (offer) come(page);
  else go(page);
}
