// The two tones of each telephone key (ITU-T Q.23).

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = "123456789*0#";
const LENGTH_SECONDS = 0.12;
const LOUDNESS = 0.05;
let context = null;

export function playTone(key) {
  const place = KEYS.indexOf(key);
  if (place < 0 || !window.AudioContext) {
    return;
  }
  context ??= new AudioContext();
  const gain = context.createGain();
  gain.gain.value = LOUDNESS;
  gain.connect(context.destination);
  for (const frequency of [ROWS[Math.floor(place / 3)], COLUMNS[place % 3]]) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start();
    tone.stop(context.currentTime + LENGTH_SECONDS);
  }
}
