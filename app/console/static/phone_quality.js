// How well a call is heard, in three steps: by the mean opinion score that the SDK reckons each second (ITU-T G.107) and
// by its warnings, which come after some seconds and go when it is better.
const GOOD_FROM = 3.8;
const BAD_BELOW = 3.1;
const SAMPLES = 5;
const CUT_OFF = "ice-connectivity-lost";
// These tell of microphone and loudspeaker, not of the network.
const OF_SOUND = /audio/;

export function watchQuality(call, tell) {
  const warnings = new Set();
  const scores = [];
  let interrupted = false;
  let told = "";

  function weigh() {
    const mean = scores.length ? scores.reduce((sum, score) => sum + score, 0) / scores.length : 5;
    const bad = interrupted || warnings.has(CUT_OFF) || mean < BAD_BELOW;
    const quality = bad ? "bad" : warnings.size || mean < GOOD_FROM ? "fair" : "good";
    if (quality !== told) tell((told = quality));
  }

  call.on("sample", ({ mos }) => {
    if (typeof mos !== "number") return;
    scores.push(mos);
    if (scores.length > SAMPLES) scores.shift();
    weigh();
  });
  call.on("warning", (name) => {
    if (!OF_SOUND.test(name)) warnings.add(name);
    weigh();
  });
  call.on("warning-cleared", (name) => {
    warnings.delete(name);
    weigh();
  });
  call.on("reconnecting", () => {
    interrupted = true;
    weigh();
  });
  call.on("reconnected", () => {
    interrupted = false;
    scores.length = 0;
    weigh();
  });
}
