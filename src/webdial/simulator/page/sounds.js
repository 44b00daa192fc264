// The sounds of the phones, made here and now: no files, nothing before the person asks for it.

const CYCLE_MS = 3000;
const QUIET = 0.0001; // Exponential ramps cannot reach 0.

// Each burst: when it begins and ends within the cycle in seconds, its tones in hertz, its loudness.
// British cadence (0.4 s on, 0.2 s off, 0.4 s on, 2 s off), the desk brighter than the far end.
const RINGS = {
  desk: [[0, 0.4, [784, 988], 0.12], [0.6, 1.0, [784, 988], 0.12]],
  outside: [[0, 0.4, [400, 450], 0.1], [0.6, 1.0, [400, 450], 0.1]],
};
const SIGNALS = {
  connected: [[0, 0.09, [660], 0.1], [0.1, 0.24, [880], 0.1]],
  ended: [[0, 0.16, [480], 0.08], [0.24, 0.4, [400], 0.08]],
};

export class Sounds {
  #context = null;
  #out = null;
  #ring = null;
  #timer = 0;

  get isOn() {
    return this.#context?.state === "running";
  }

  // Browsers allow sound only from within a click or key press.
  async switchOn() {
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.#startRing();
    this.signal("connected");
  }

  async switchOff() {
    this.#stopRing();
    await this.#context?.suspend();
  }

  // Ring as `kind` says ("desk", "outside" or null) until told otherwise.
  ring(kind) {
    if (kind === this.#ring) return;
    this.#stopRing();
    this.#ring = kind;
    this.#startRing();
  }

  signal(name) {
    if (this.isOn) this.#play(SIGNALS[name], this.#context.destination);
  }

  #startRing() {
    if (!this.isOn || !this.#ring) return;
    this.#out = new GainNode(this.#context);
    this.#out.connect(this.#context.destination);
    const cycle = () => this.#play(RINGS[this.#ring], this.#out);
    cycle();
    this.#timer = setInterval(cycle, CYCLE_MS);
  }

  #stopRing() {
    clearInterval(this.#timer);
    this.#out?.disconnect();
    this.#out = null;
  }

  #play(bursts, out) {
    const now = this.#context.currentTime + 0.02;
    for (const [from, to, tones, loudness] of bursts) {
      const gain = new GainNode(this.#context, { gain: QUIET });
      gain.gain.setValueAtTime(QUIET, now + from);
      gain.gain.exponentialRampToValueAtTime(loudness, now + from + 0.02);
      gain.gain.setValueAtTime(loudness, now + to - 0.04);
      gain.gain.exponentialRampToValueAtTime(QUIET, now + to);
      gain.connect(out);
      for (const frequency of tones) {
        const tone = new OscillatorNode(this.#context, { frequency, type: "triangle" });
        tone.connect(gain);
        tone.start(now + from);
        tone.stop(now + to);
      }
    }
  }
}
