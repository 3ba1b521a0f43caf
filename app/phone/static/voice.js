// Lets the browser read what the hotline says, in voices of the right language only.

const synthesis = window.speechSynthesis;

function primary(language) {
  return language.replace("_", "-").split("-")[0].toLowerCase();
}

export function voiceFor(language) {
  const voices = synthesis?.getVoices() ?? [];
  const exact = voices.find((voice) => voice.lang.replace("_", "-").toLowerCase() === language.toLowerCase());
  return exact ?? voices.find((voice) => primary(voice.lang) === primary(language)) ?? null;
}

export function whenVoicesChange(act) {
  synthesis?.addEventListener?.("voiceschanged", act);
}

function rest(seconds, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}

function utter(item, voice, signal) {
  const utterance = new SpeechSynthesisUtterance(item.text);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  const over = new Promise((done) => {
    utterance.addEventListener("end", done);
    utterance.addEventListener("error", done);
  });
  signal.addEventListener("abort", () => synthesis.cancel());
  synthesis.speak(utterance);
  // Some browsers never report the end of a text; the call must go on all the same.
  return Promise.race([over, rest(item.seconds * 2 + 4, signal)]);
}

function sound(item, signal) {
  const audio = new Audio(item.text);
  signal.addEventListener("abort", () => audio.pause());
  return new Promise((done) => {
    signal.addEventListener("abort", done);
    audio.addEventListener("ended", done);
    audio.addEventListener("error", done);
    audio.play().catch(done);
  });
}

// Plays the items in order; without a voice an item lasts as long as a telephone voice would need for it.
export async function playThrough(items, { aloud, onItem, signal }) {
  for (const [place, item] of items.entries()) {
    if (signal.aborted) {
      break;
    }
    onItem(place);
    const voice = aloud && item.kind === "say" ? voiceFor(item.language) : null;
    if (voice) {
      await utter(item, voice, signal);
    } else if (aloud && item.kind === "play") {
      await sound(item, signal);
    } else {
      await rest(item.seconds, signal);
    }
  }
  onItem(-1);
}
