// The line on which news come: opened again whenever it breaks, goes silent, or the machine was asleep, and each time
// where it ended, so that nothing is lost.
import { createParser } from './sse.js';
import { TIMES, backOff } from './times.js';

// createLine keeps a line.
//   before(signal)   is asked before each try; an answer other than {status: 200} is a failed try
//   open(signal)     opens it: {status: 200, body}, or a refusal
//   take(event)      takes an event {event, data, id}
//   told(net)        hears 'online', 'connecting' or 'offline'
//   refused(answer)  true says that trying again makes no sense
//   online()         false where the browser knows that it has no network
export function createLine({ before, open, take, told, refused, online, now = Date.now, times = TIMES }) {
  let run = null; // what is under way: {over}; a new one each time the line is started
  let hangUp = null; // ends the line, or the try
  let wake = null; // ends the pause before the next
  let hurry = false; // the next try comes at once
  let notBefore = 0; // but not before the server wants it
  let failures = 0;
  let heardAt = 0; // when something came last
  let lookedAt = 0;
  let timer = null;
  let isOpen = false;

  function tell() {
    if (isOpen) told('online');
    else told(online() && failures < 2 ? 'connecting' : 'offline');
  }

  async function keep(mine) {
    while (!mine.over) {
      const cut = new AbortController();
      hangUp = () => cut.abort();
      heardAt = now();
      hurry = false;
      const answer = await attempt(cut.signal);
      const broke = isOpen;
      isOpen = false;
      if (mine.over) return;
      hangUp = null;
      if (answer && refused(answer)) {
        stop();
        return;
      }
      if (answer?.retryAfter) notBefore = now() + answer.retryAfter;
      if (!broke && !hurry) failures++;
      tell();
      // A line that was open and ended is opened soon: not at once, as all of a server that was restarted would.
      await rest(broke ? times.again[0] * Math.random() : backOff(failures - 1, times.again));
    }
  }

  // attempt opens the line and reads it until it ends. An answer says why it could not be opened.
  async function attempt(signal) {
    const ready = await before(signal);
    if (signal.aborted || ready.status !== 200) return ready;
    const answer = await open(signal);
    if (answer.status !== 200) return answer;
    if (signal.aborted) return null;
    isOpen = true;
    failures = 0;
    heardAt = now();
    tell();
    await listen(answer.body.getReader(), signal);
    return null;
  }

  async function listen(reader, signal) {
    const cut = () => reader.cancel().catch(() => {}); // it is no news that a dead line cannot be hung up
    signal.addEventListener('abort', cut);
    const feed = createParser(take);
    try {
      while (!signal.aborted) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) return;
        heardAt = now();
        feed(value);
      }
    } catch {
      // It broke: the next try says whether anything is wrong.
    } finally {
      signal.removeEventListener('abort', cut);
      cut();
    }
  }

  async function rest(ms) {
    const wait = Math.max(hurry ? 0 : ms, notBefore - now());
    if (wait <= 0) return;
    await new Promise((resolve) => {
      const alarm = setTimeout(resolve, wait);
      wake = () => {
        if (notBefore > now()) return;
        clearTimeout(alarm);
        resolve();
      };
    });
    wake = null;
  }

  // look runs every few seconds. A clock that jumped says that the machine slept, and a line that slept is dead.
  function look() {
    const slept = now() - lookedAt > times.look + times.doubtful;
    lookedAt = now();
    if (slept || (isOpen && now() - heardAt > times.silent)) again();
  }

  // again opens the line anew, at once.
  function again() {
    hurry = true;
    failures = 0;
    hangUp?.();
    wake?.();
  }

  function stop() {
    if (!run) return;
    run.over = true;
    run = null;
    isOpen = false;
    clearInterval(timer);
    hangUp?.();
    wake?.();
  }

  return {
    start() {
      if (run) return;
      run = { over: false };
      failures = 0;
      lookedAt = now();
      timer = setInterval(look, times.look);
      tell();
      keep(run);
    },
    stop,
    again,
    // back is for when the visitor comes back to the page: a line that has just said something is left alone.
    back() {
      if (!isOpen || now() - heardAt > times.doubtful) again();
    },
    get running() { return run !== null; },
    get open() { return isOpen; },
  };
}
