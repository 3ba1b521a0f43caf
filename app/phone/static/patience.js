// The bar that shows how long the line still waits.

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export class Patience {
  constructor({ box, bar, left, words }) {
    Object.assign(this, { box, bar, left, words, timer: null });
  }

  start(seconds, onOver) {
    this.stop();
    this.box.hidden = false;
    this.bar.hidden = false;
    this.bar.max = seconds;
    const over = performance.now() + seconds * 1000;
    const tick = () => {
      const remaining = Math.max((over - performance.now()) / 1000, 0);
      this.bar.value = remaining;
      this.left.textContent = this.words.seconds_left.replace("{seconds}", String(Math.ceil(remaining)));
      if (remaining === 0) {
        this.stop();
        onOver();
      }
    };
    this.timer = setInterval(tick, calm.matches ? 1000 : 100);
    tick();
  }

  standStill() {
    this.stop();
    this.box.hidden = false;
    this.bar.hidden = true;
    this.left.textContent = this.words.no_limit;
  }

  stop() {
    clearInterval(this.timer);
    this.box.hidden = true;
  }
}
