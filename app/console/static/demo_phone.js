// The demonstration's telephone window: shows and reads aloud what callers type, and says what the agent types.
import { dictation } from "/phone/static/dictation.js";
import { playThrough, voiceFor } from "/phone/static/voice.js";
import { claim, openChannel } from "./phone_channel.js";

const root = document.getElementById("phone");
const place = root.querySelector("[data-demo-phone]");
const find = (name) => place.querySelector(`[data-${name}]`);
const form = find("say");
const field = form.elements.said;
const told = find("told");
// A telephone voice reads about so many characters a second.
const CHARACTERS_A_SECOND = 14;
let elsewhere = false;
let state = "closed";
let read = newest();
let reading = Promise.resolve();
let quiet = new AbortController();

const talk = () => document.getElementById("phone-talk");
const seat = () => document.getElementById("phone-seat");
const channel = openChannel({ ping: tell, mute: toggleMute });

function newest() {
  const lines = document.querySelectorAll("#phone-talk [data-line-number]");
  return lines.length > 0 ? Number(lines[lines.length - 1].dataset.lineNumber) : 0;
}

function tell() {
  if (!elsewhere) {
    channel.tell({ kind: "state", state, quality: "good", muted: talk().dataset.muted === "true" });
  }
}

// What the stream exchanged: the state for the desk, and words to be read.
function follow() {
  const talks = talk().dataset.talk !== "none";
  state = talks ? "in-call" : seat().dataset.seat ? "connecting" : "ready";
  const muted = talk().dataset.muted === "true";
  const mutes = talks && talk().dataset.maySpeak === "true";
  find("mute-on").hidden = !mutes || muted;
  find("mute-off").hidden = !mutes || !muted;
  form.hidden = talks && !mutes;
  tell();
  const log = document.getElementById("demo-talk-log");
  if (newest() < read) {
    read = 0;
  }
  for (const line of log.querySelectorAll("[data-line-number]")) {
    if (Number(line.dataset.lineNumber) > read) {
      come(line);
      log.scrollTop = log.scrollHeight;
    }
  }
  read = newest();
}

function come(line) {
  const words = line.querySelector(".demo-line__text");
  if (line.dataset.own !== undefined || elsewhere || !find("aloud").checked) {
    return;
  }
  find("no-voice").hidden = Boolean(voiceFor(words.lang));
  if (voiceFor(words.lang)) {
    const text = words.textContent;
    const item = { kind: "say", text, language: words.lang, seconds: text.length / CHARACTERS_A_SECOND };
    const { signal } = quiet;
    reading = reading.then(() => playThrough([item], { aloud: true, signal, onItem: () => undefined }));
  }
}

async function post(address, fields) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRF": document.body.dataset.csrf, "HX-Request": "true" },
    body: new URLSearchParams(fields),
  });
  if (!answer.ok || answer.redirected) {
    location.reload();
  }
  return answer.json();
}

async function say(words) {
  const { heard } = await post(form.action, { said: words, language: form.elements.language.value });
  told.textContent = told.dataset[heard] ?? "";
  return heard === "heard" || heard === "alone";
}

async function send() {
  const words = field.value.trim();
  if (words && (await say(words))) {
    field.value = "";
  }
  field.focus();
}

function toggleMute() {
  if (!elsewhere && talk().dataset.maySpeak === "true") {
    post(find("mute").action, { muted: String(talk().dataset.muted !== "true") });
  }
}

async function begin(steal = false) {
  elsewhere = !(await claim(root.dataset.me, lost, { steal }));
  show();
}

function lost() {
  elsewhere = true;
  show();
}

function show() {
  find("elsewhere").hidden = !elsewhere;
  if (elsewhere) {
    quiet.abort();
    quiet = new AbortController();
  }
  follow();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
find("mute").addEventListener("submit", (event) => {
  event.preventDefault();
  toggleMute();
});
find("aloud").addEventListener("change", () => {
  quiet.abort();
  quiet = new AbortController();
});
find("take").addEventListener("click", () => begin(true));
document.addEventListener("keydown", (event) => {
  const plain = !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (plain && event.key.toLowerCase() === "m" && !event.target.closest("select, input, textarea")) {
    toggleMute();
  }
});
const spoken = () => form.elements.language.value || document.querySelector("#phone-talk [data-line-number]:not([data-own]) .demo-line__text")?.lang;
dictation({ button: find("dictate"), language: () => spoken() || document.documentElement.lang, onWords: say });
document.addEventListener("htmx:after:swap", follow);
addEventListener("pagehide", () => elsewhere || channel.tell({ kind: "state", state: "closed", quality: "good", muted: false }));
begin();
