// Plays the part of Twilio's SDK that the window uses: no call is made, and the test decides what happens to each.
{
  class Told {
    heard = {};
    on(name, listener) {
      (this.heard[name] ??= []).push(listener);
    }
    emit(name, ...what) {
      for (const listener of this.heard[name] ?? []) listener(...what);
    }
  }

  class Call extends Told {
    muted = false;
    mute(wanted) {
      if (wanted !== this.muted) this.emit("mute", (this.muted = wanted), this);
    }
    disconnect() {
      this.emit("disconnect", this);
    }
  }

  class Device extends Told {
    state = "unregistered";
    audio = { outgoing: () => false, setInputDevice: async () => {}, isOutputSelectionSupported: false };
    constructor(token, options) {
      super();
      Object.assign(this, { token, options });
      played.devices.push(this);
    }
    updateToken(token) {
      this.token = token;
    }
    async register() {
      if (played.refusal) throw Object.assign(new Error("AccessTokenInvalid (20101)"), { code: played.refusal });
      this.state = "registered";
      this.emit("registered");
    }
    async connect() {
      if (played.cut) throw Object.assign(new Error("ConnectionError (31005)"), { code: 31005 });
      const call = new Call();
      played.calls.push(call);
      document.documentElement.dataset.calls = played.calls.length;
      if (played.answers) setTimeout(() => call.emit("accept", call));
      return call;
    }
    destroy() {
      this.state = "destroyed";
    }
  }

  const played = { devices: [], calls: [], answers: true, refusal: 0, cut: false, microphone: "" };
  const silence = () => new AudioContext().createMediaStreamDestination().stream;
  navigator.mediaDevices.getUserMedia = async () => {
    if (played.microphone === "refused") throw new DOMException("", "NotAllowedError");
    return silence();
  };
  globalThis.played = played;
  globalThis.Twilio = { Device };
}
