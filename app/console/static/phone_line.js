// The telephone line of the window: lets it in at Twilio, joins the conversation that its person belongs in, and comes
// back by itself where the connection breaks.
import { fault, faultOf } from "./phone_faults.js";
import { watchQuality } from "./phone_quality.js";

const REJOIN_FOR_MS = 20_000;
const REJOIN_AFTER_MS = 500;
const REJOIN_EVERY_MS = 2_000;
const ANSWER_WITHIN_MS = 15_000;
const START_AGAIN_MS = 5_000;
// Before a token ends, whatever the SDK says.
const TOKEN_SPARE_MS = 5 * 60_000;
const MAY_PASS = ["network", "server", "busy"];
const STAYS = ["mic-denied", "mic-missing", "setup", "session"];
const WELL = { fault: "", number: 0 };

// `means` has Device, options, getToken(), getSeat(), prepare() and choose(device); `show` hears of every change.
export function openLine(means, show) {
  const line = { state: "closed", quality: "good", muted: false, ...WELL };
  let device = null;
  let call = null;
  let joining = false;
  let seat = "";
  let brokenAt = 0;
  let timer = 0;
  let tokenEnds = 0;
  let volume = 1;
  const sounds = new Set();

  function change(what) {
    Object.assign(line, what);
    show({ ...line });
  }

  function fail(error) {
    change({ state: "failed", fault: faultOf(error), number: Number(error?.code) || 0 });
  }

  async function freshToken() {
    const token = await means.getToken();
    tokenEnds = Date.now() + token.seconds * 1000;
    return token;
  }

  async function renew() {
    if (device && Date.now() > tokenEnds - TOKEN_SPARE_MS) device.updateToken((await freshToken()).token);
  }

  // A call goes on without a new token; whoever waits for one is told what is wrong.
  async function renewInTime() {
    tokenEnds = 0;
    try {
      await renew();
    } catch (error) {
      if (call) setTimeout(renewInTime, START_AGAIN_MS);
      else fail(error);
    }
  }

  async function start() {
    clearTimeout(timer);
    change({ state: "starting", ...WELL });
    try {
      const token = await freshToken();
      if (line.state !== "starting") return;
      device?.destroy();
      device = new means.Device(token.token, { ...means.options, edge: token.edges });
      device.audio?.outgoing(false);
      device.on("registered", registered);
      device.on("error", deviceFault);
      device.on("incoming", (stranger) => stranger.reject());
      device.on("unregistered", () => line.state === "ready" && change({ state: "starting" }));
      device.on("tokenWillExpire", renewInTime);
      await means.prepare();
      await within(ANSWER_WITHIN_MS, device.register());
    } catch (error) {
      deviceFault(error);
    }
  }

  function registered() {
    if (call || joining) return;
    if (seat) join();
    else change({ state: "ready", ...WELL });
  }

  // A call tells of its own faults. Who is not let in tries again where that may help.
  function deviceFault(error) {
    if (call || joining || line.state === "closed") return;
    fail(error);
    if (MAY_PASS.includes(line.fault)) timer = setTimeout(start, START_AGAIN_MS);
  }

  function setSeat(id) {
    if (id === seat) return;
    seat = id;
    stopRejoining();
    if (call && seat) call.disconnect();
    else if (!call && device?.state === "registered") registered();
    if (seat) change({ muted: false });
  }

  async function join() {
    if (call || joining || !seat) return;
    joining = true;
    change({ state: "connecting", ...WELL });
    let error = null;
    try {
      await renew();
      // Only now the SDK is sure to know which microphones there are.
      await means.choose(device);
      follow(await within(ANSWER_WITHIN_MS, device.connect()), seat);
    } catch (caught) {
      error = caught;
    }
    joining = false;
    if (error) await broken(() => error);
  }

  async function within(milliseconds, promise) {
    let timeout = 0;
    const late = new Promise((_, refuse) => {
      timeout = setTimeout(() => refuse(fault("network")), milliseconds);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timeout);
    }
  }

  function follow(made, own) {
    call = made;
    let error = null;
    const late = setTimeout(() => line.state !== "in-call" && made.disconnect(), ANSWER_WITHIN_MS);
    watchQuality(made, (quality) => call === made && change({ quality }));
    made.on("audio", (sound) => {
      sounds.add(sound);
      sound.volume = volume;
    });
    made.on("accept", () => {
      stopRejoining();
      made.mute(line.muted);
      change({ state: "in-call", quality: "good", ...WELL });
    });
    made.on("mute", (muted) => change({ muted }));
    made.on("error", (told) => (error = told));
    const ended = () => {
      clearTimeout(late);
      if (call !== made) return;
      call = null;
      sounds.clear();
      // Why it ended the SDK says after it did.
      if (own === seat) broken(() => error);
      else registered();
    };
    for (const end of ["disconnect", "cancel", "reject"]) made.on(end, ended);
  }

  // Only the hotline knows whether the conversation still stands: with it the call ends, without it the line broke.
  async function broken(findError) {
    brokenAt ||= Date.now();
    const place = await means.getSeat().catch(() => seat);
    if (call || joining || line.state === "closed") return;
    if (place !== seat) setSeat(place);
    if (!seat) change({ state: "ready", quality: "good", ...WELL });
    else if (brokenAt) comeBack(findError());
  }

  function comeBack(error) {
    const name = error ? faultOf(error) : "lost";
    const gone = Date.now() - brokenAt;
    if (STAYS.includes(name) || gone > REJOIN_FOR_MS) {
      fail(name === "unknown" ? fault("lost") : (error ?? fault("lost")));
      return;
    }
    change({ state: "connecting", quality: "bad" });
    clearTimeout(timer);
    // A call that was never answered leaves the SDK waiting for it: the line is opened anew.
    const deed = name === "network" && device?.state !== "registered" ? start : join;
    timer = setTimeout(deed, gone < REJOIN_AFTER_MS ? REJOIN_AFTER_MS : REJOIN_EVERY_MS);
  }

  function stopRejoining() {
    clearTimeout(timer);
    brokenAt = 0;
  }

  return {
    start,
    setSeat,
    // The button: the same seat once more, from the beginning.
    again() {
      stopRejoining();
      if (seat && device?.state === "registered") join();
      else start();
    },
    mute: () => call?.mute(!line.muted),
    setVolume(value) {
      volume = value;
      for (const sound of sounds) sound.volume = value;
    },
    close() {
      stopRejoining();
      seat = "";
      change({ state: "closed", ...WELL });
      device?.destroy();
      device = null;
      call = null;
    },
    get device() {
      return device;
    },
    get talks() {
      return call !== null || joining;
    },
    get now() {
      return { ...line };
    },
  };
}
