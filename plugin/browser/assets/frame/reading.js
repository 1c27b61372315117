// What of the page's words the visitor has read: here, in another tab, or on another device.
import { TIMES } from './times.js';

// createReading keeps count for one conversation after another.
//   seen      the place up to which an earlier page of the website's has stored that it was read
//   save(seq) stores it
export function createReading({ platform, thread, seen, save, times = TIMES }) {
  let place = valid(seen); // up to it everything is read
  let at = 0; // the same as a time, by the platform's word
  let toTell = ''; // the message up to which it is still to be told
  let soon = null;

  // tell tells the page what was read; once more when the line is back, if nobody heard it.
  async function tell() {
    const mid = toTell;
    if (mid === '' || platform.token === null) return;
    const answer = await platform.seen(mid);
    if (answer.status === 200 && toTell === mid) toTell = '';
  }

  return {
    get place() { return place; },
    tell,
    // unread are the page's lines that were not read.
    unread: () => thread.unseen(place).filter((line) => line.at > at),
    // upTo takes in what was read on another device, told as a time.
    upTo(time) { at = Math.max(at, time ?? 0); },
    // elsewhere takes in what was read in another tab.
    elsewhere(seq) { place = Math.max(place, valid(seq)); },
    // looked says that the end of the thread was seen; true if that is news.
    looked() {
      const last = thread.unseen(place).at(-1);
      if (!last) return false;
      place = last.seq;
      save(place);
      if (last.at > at) {
        toTell = last.mid;
        clearTimeout(soon);
        soon = setTimeout(tell, times.seen);
      }
      return true;
    },
    // forget begins with another conversation.
    forget() {
      place = at = 0;
      toTell = '';
    },
    stop: () => clearTimeout(soon),
  };
}

const valid = (seq) => (Number.isSafeInteger(seq) ? seq : 0);
