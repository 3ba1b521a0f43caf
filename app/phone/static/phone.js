// The telephone: wires keys, voice, patience and transcript to one call.

import { Fault, post, postAndLeave } from "./api.js";
import { Patience } from "./patience.js";
import { dictation } from "./dictation.js";
import { playTone } from "./tones.js";
import { Transcript } from "./transcript.js";
import { playThrough, voiceFor, whenVoicesChange } from "./voice.js";

// A queue plays its wait document again after this pause.
const QUEUE_PAUSE_SECONDS = 8;
// In the line and in a conversation others act, too: so often the telephone looks where the call stands.
const LOOK_MILLISECONDS = 1500;

const find = (id) => document.getElementById(id);
const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
const transcript = new Transcript({ log: find("log"), behind: find("behind"), words, language });
const patience = new Patience({ box: find("patience"), bar: find("bar"), left: find("left"), words });

const narrow = window.matchMedia("(width < 52rem)");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

let callId = null;
let awaiting = { kind: "none" };
let speech = new AbortController();
let errands = Promise.resolve();
let overheard = Promise.resolve();
let began = 0;
let moment = 0;
let inLine = false;
let looking = false;
let listening = false;
const voiceless = new Set();

function show(state, text) {
  document.body.dataset.state = state;
  find("status").textContent = text;
  const calling = state === "call" || state === "busy";
  const name = calling || state === "ringing" ? words.hang_up : state === "idle" ? words.call : words.redial;
  find("call-name").textContent = name;
  find("call").classList.toggle("end", calling || state === "ringing");
  for (const button of find("keypad").children) {
    button.disabled = !calling;
  }
  find("wait").disabled = !calling || awaiting.kind === "meeting";
  find("wait").textContent = awaiting.kind === "dialled" ? words.far_end_hangs_up : words.wait;
  find("say").hidden = !(calling && (awaiting.takes_speech || ["recording", "meeting"].includes(awaiting.kind)));
}

function beQuiet() {
  listening = false;
  speech.abort();
  patience.stop();
}

function listeningText() {
  switch (awaiting.kind) {
    case "queued":
      return words.state_queued;
    case "meeting":
      return awaiting.held ? words.state_held : words.state_meeting;
    case "dialled":
      return words.state_dialled.replace("{name}", awaiting.name);
    case "recording":
      return words.state_recording;
    default:
      if (inLine) {
        return words.state_queued;
      }
      if (!awaiting.takes_speech) {
        return words.state_listening;
      }
      return awaiting.takes_keys ? words.state_listening_speech : words.state_listening_words;
  }
}

function listen() {
  listening = true;
  show("call", listeningText());
  const seconds = awaiting.kind === "queued" ? QUEUE_PAUSE_SECONDS : awaiting.timeout_seconds;
  if (seconds === undefined) {
    patience.stop();
  } else if (find("unhurried").checked) {
    patience.standStill();
  } else {
    patience.start(seconds, waitOn);
  }
}

async function speak(items) {
  beQuiet();
  speech = new AbortController();
  const { signal } = speech;
  noteVoiceless(items);
  if (items.length > 0) {
    show("call", words.state_speaking);
  }
  const aloud = find("aloud").checked;
  await playThrough(items, { aloud, signal, onItem: (place) => transcript.speaking(place) });
  if (!signal.aborted) {
    listen();
  }
}

// What somebody in the room says is read after what is being read, and interrupts nobody.
function overhear(news) {
  awaiting = news.awaiting;
  transcript.exchanged(news.exchanges);
  if (news.heard.length > 0) {
    noteVoiceless(news.heard);
    transcript.heard(news.heard);
    if (speech.signal.aborted) {
      speech = new AbortController();
    }
    const aloud = find("aloud").checked;
    const { signal } = speech;
    overheard = overheard.then(() => playThrough(news.heard, { aloud, signal, onItem: () => undefined }));
  }
  if (listening) {
    show("call", listeningText());
  }
}

function noteVoiceless(items) {
  const names = new Intl.DisplayNames([language], { type: "language" });
  for (const item of items) {
    if (item.kind === "say" && item.language && !voiceFor(item.language)) {
      voiceless.add(item.language.split("-")[0]);
    }
  }
  for (const known of [...voiceless].filter((tongue) => voiceFor(tongue))) {
    voiceless.delete(known);
  }
  const list = new Intl.ListFormat(language).format([...voiceless].map((tongue) => names.of(tongue)));
  find("no-voice").textContent = words.no_voice.replace("{languages}", list);
  find("no-voice").hidden = voiceless.size === 0 || !find("aloud").checked;
}

function receive(news) {
  callId = news.id;
  awaiting = news.awaiting;
  moment = news.moment;
  inLine = news.in_line;
  transcript.heard(news.heard);
  transcript.exchanged(news.exchanges);
  if (news.ended) {
    end(news);
  } else {
    speak(news.heard);
  }
}

function end(news) {
  callId = null;
  beQuiet();
  transcript.remark(news.ended_by === "caller" ? words.you_hung_up : words.line_ended);
  show("ended", words.state_ended);
  if (news.ended_by === "line") {
    speech = new AbortController();
    const { signal } = speech;
    playThrough(news.heard, { aloud: find("aloud").checked, signal, onItem: (place) => transcript.speaking(place) });
  }
}

function fail(fault) {
  callId = null;
  beQuiet();
  const code = fault instanceof Fault ? fault.code : "other";
  find("fault").textContent = words[`error_${code}`];
  find("fault").title = fault.message;
  transcript.exchanged(fault.exchanges ?? []);
  find("fault").hidden = false;
  show("error", words.state_error);
}

// Deeds are carried out one after the other, so that digits arrive in the order of the fingers.
function soon(deed) {
  errands = errands.then(deed).catch(fail);
  return errands;
}

function during(path, body) {
  return soon(async () => {
    if (callId !== null) {
      receive(await post(`/phone/calls/${callId}/${path}`, body));
    }
  });
}

// A look that finds nothing new disturbs nobody.
function look() {
  if (callId === null || !inLine || looking) {
    return;
  }
  looking = true;
  soon(async () => {
    const news = callId === null ? null : await post(`/phone/calls/${callId}/look`);
    const here = news && news.moment === moment && !news.ended;
    if (here && (news.awaiting.kind === "meeting" || news.heard.length === 0)) {
      overhear(news);
    } else if (news) {
      receive(news);
    }
  }).finally(() => {
    looking = false;
  });
}

function dial() {
  find("fault").hidden = true;
  transcript.clear();
  voiceless.clear();
  noteVoiceless([]);
  awaiting = { kind: "none" };
  began = Date.now();
  show("ringing", words.state_ringing);
  find("log").focus({ preventScroll: true });
  // On a narrow screen telephone, conversation and keys together fill the screen from here on.
  if (narrow.matches) {
    document.querySelector(".device").scrollIntoView({ behavior: calm.matches ? "instant" : "smooth" });
  }
  soon(async () => receive(await post("/phone/calls")));
}

function press(key) {
  if (callId === null) {
    return;
  }
  beQuiet();
  if (find("aloud").checked) {
    playTone(key);
  }
  flash(key);
  transcript.pressed(key);
  during("press", { keys: key });
}

function flash(key) {
  const button = [...find("keypad").children].find((candidate) => candidate.dataset.key === key);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 160);
}

function waitOn() {
  if (callId === null) {
    return;
  }
  beQuiet();
  show("busy", words.state_busy);
  transcript.remark(words.you_waited, "mine quiet");
  during("wait", { moment });
}

function say(text) {
  beQuiet();
  transcript.said(text);
  during("say", { words: text });
}

function hangUp() {
  beQuiet();
  during("hangup");
}

function inCall() {
  return ["ringing", "call", "busy"].includes(document.body.dataset.state);
}

find("call").addEventListener("click", () => (inCall() ? hangUp() : dial()));
find("wait").addEventListener("click", waitOn);
find("keypad").addEventListener("click", (event) => {
  const key = event.target.closest("button")?.dataset.key;
  if (key) {
    press(key);
  }
});
find("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = find("words").value.trim();
  if (text && callId !== null) {
    find("words").value = "";
    say(text);
  }
});
dictation({ button: find("dictate"), language: () => transcript.tongue || language, onWords: say });
find("unhurried").addEventListener("change", () => {
  if (listening) {
    listen();
  }
});
find("aloud").addEventListener("change", () => {
  noteVoiceless([]);
  if (!find("aloud").checked && callId !== null) {
    beQuiet();
    listen();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) {
    return;
  }
  if (event.key === "Escape" && inCall()) {
    hangUp();
  } else if (event.target.closest("input[type=text]")) {
    return;
  } else if (event.key === "Enter" && !inCall() && !event.target.closest("button, a, summary, input")) {
    event.preventDefault();
    dial();
  } else if (/^[0-9*#]$/.test(event.key)) {
    press(event.key);
  }
});
window.addEventListener("pagehide", () => {
  if (callId !== null) {
    postAndLeave(`/phone/calls/${callId}/hangup`);
  }
});
// A page that comes back from the browser's cache has lost its call.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && inCall()) {
    fail(new Fault("unknown_call", "restored"));
  }
});
setInterval(() => {
  find("duration").hidden = document.body.dataset.state === "idle";
  if (inCall()) {
    const seconds = Math.floor((Date.now() - began) / 1000);
    find("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}, 500);
setInterval(look, LOOK_MILLISECONDS);
whenVoicesChange(() => noteVoiceless([]));
show("idle", words.state_idle);
