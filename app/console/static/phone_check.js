// Microphone and loudspeaker before the first call: which ones, whether one is heard, and a tone to hear oneself.
const HEARD_FROM = 0.04;
const TONE_SECONDS = 0.7;
const TONES_HZ = [523, 659];
const LOOK_MS = 100;
const KEPT = { audioinput: "softphone.microphone", audiooutput: "softphone.speaker" };

export function chosen(kind) {
  return localStorage.getItem(KEPT[kind]) ?? "";
}

// Raises what the browser raises: the microphone is refused, missing, or another program has it.
export async function askForMicrophone() {
  const wished = chosen("audioinput");
  const media = navigator.mediaDevices;
  if (!media) throw new DOMException("", "NotSupportedError");
  try {
    return await media.getUserMedia({ audio: wished ? { deviceId: { exact: wished } } : true });
  } catch (error) {
    // The one that was chosen is not plugged in today.
    if (!wished || !["OverconstrainedError", "NotFoundError"].includes(error.name)) throw error;
    return media.getUserMedia({ audio: true });
  }
}

export async function mayUseMicrophone() {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state === "granted";
  } catch {
    return false;
  }
}

export function openCheck(root, { say, changed, refused }) {
  const selects = { audioinput: root.querySelector("#phone-microphone"), audiooutput: root.querySelector("#phone-speaker") };
  const level = root.querySelector("[data-level]");
  const heard = root.querySelector("[data-heard]");
  let stream = null;
  let looking = 0;
  let sound = null;

  async function list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [kind, select] of Object.entries(selects)) {
      const found = devices.filter((device) => device.kind === kind && device.deviceId);
      select.replaceChildren(...found.map((device) => new Option(device.label || device.deviceId, device.deviceId)));
      if (found.some((device) => device.deviceId === chosen(kind))) select.value = chosen(kind);
      select.disabled = found.length < 2;
    }
    const canChoose = "setSinkId" in HTMLMediaElement.prototype && selects.audiooutput.options.length > 0;
    root.querySelector("[data-speakers]").hidden = !canChoose;
  }

  async function open() {
    close();
    let given;
    try {
      given = await askForMicrophone();
      await list();
    } catch (error) {
      refused(error);
      return;
    }
    stream = given;
    // The check may have been closed while the browser asked.
    if (root.open) look();
    else close();
  }

  function look() {
    sound ??= new AudioContext();
    sound.resume();
    const analyser = sound.createAnalyser();
    sound.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let ever = false;
    heard.textContent = say("unheard");
    looking = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      const share = Math.min(100, Math.round(loudest * 200));
      level.firstElementChild.style.inlineSize = `${share}%`;
      level.setAttribute("aria-valuenow", String(share));
      if (!ever && loudest > HEARD_FROM) {
        ever = true;
        heard.textContent = say("heard");
      }
    }, LOOK_MS);
  }

  async function tone() {
    sound ??= new AudioContext();
    await sound.resume();
    const end = sound.createMediaStreamDestination();
    const gain = sound.createGain();
    gain.gain.value = 0.2;
    gain.connect(end);
    TONES_HZ.forEach((frequency, index) => {
      const oscillator = sound.createOscillator();
      oscillator.frequency.value = frequency;
      oscillator.connect(gain);
      oscillator.start(sound.currentTime + index * TONE_SECONDS);
      oscillator.stop(sound.currentTime + (index + 1) * TONE_SECONDS);
    });
    const player = new Audio();
    player.srcObject = end.stream;
    if (chosen("audiooutput") && player.setSinkId) await player.setSinkId(chosen("audiooutput")).catch(() => {});
    await player.play();
    setTimeout(() => player.pause(), TONES_HZ.length * TONE_SECONDS * 1000);
  }

  function close() {
    clearInterval(looking);
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
  }

  for (const [kind, select] of Object.entries(selects)) {
    select.addEventListener("change", () => {
      localStorage.setItem(KEPT[kind], select.value);
      changed(kind, select.value);
      if (kind === "audioinput") open();
    });
  }
  root.querySelector("[data-tone]").addEventListener("click", tone);
  root.addEventListener("toggle", () => (root.open ? open() : close()));
  navigator.mediaDevices?.addEventListener("devicechange", () => root.open && list());
  return { open, close };
}
