// The sound of a new message: two short tones, made here. It is off until the visitor turns it on, which is also the touch
// without which browsers play nothing.

// createSound makes the player.
export function createSound(win = window) {
  let context = null;

  function ready() {
    const Context = win.AudioContext ?? win.webkitAudioContext;
    if (!Context) return null;
    context ??= new Context();
    if (context.state === 'suspended') context.resume().catch(() => {}); // without a touch so far it stays silent
    return context;
  }

  function tone(audio, pitch, from) {
    const wave = audio.createOscillator();
    const volume = audio.createGain();
    wave.frequency.value = pitch;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.12, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.25);
    wave.connect(volume).connect(audio.destination);
    wave.start(from);
    wave.stop(from + 0.3);
  }

  return {
    ready,
    play() {
      const audio = ready();
      if (audio?.state !== 'running') return;
      tone(audio, 660, audio.currentTime);
      tone(audio, 880, audio.currentTime + 0.12);
    },
  };
}
