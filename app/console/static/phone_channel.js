// What the softphone's window and the desk tell each other, and which window of a person telephones.

// Listeners hear what was told: state(message), mute(), ping().
export function openChannel(heard) {
  const channel = new BroadcastChannel("softphone");
  channel.addEventListener("message", ({ data }) => heard[data?.kind]?.(data));
  return { tell: (message) => channel.postMessage(message) };
}

// One window of a person telephones: the lock goes with the window that has it. Resolves to whether this one has it;
// `lost` is called when another window takes it over.
export function claim(name, lost, { steal = false } = {}) {
  return new Promise((resolve) => {
    const options = steal ? { steal: true } : { ifAvailable: true };
    navigator.locks
      .request(`softphone-${name}`, options, (lock) => {
        resolve(lock !== null);
        // It is held until the window closes, or another one takes it.
        return lock && new Promise(() => {});
      })
      .catch(lost);
  });
}
