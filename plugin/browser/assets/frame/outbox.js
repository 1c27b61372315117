// What the visitor has said and the platform has not yet confirmed. Everything is in here, and so in the website's storage,
// before it is sent, and leaves when the platform's answer or the line says that it is kept. In between it is repeated
// under its key, so that it is kept once, however often it is sent. Tabs of one visitor share what is stored.
import { unclear } from './platform.js';
import { TIMES, backOff } from './times.js';

// What an entry is: {key, kind, at, path, body, text, file, on}.
//   kind  'begin' (make the visitor), 'say', 'tap' or 'file'
//   path, body   the call; of a file neither
//   text  as it stands in the thread until the platform's line is there
//   on    what was tapped: {mid, card, index}
//   old   it was said to another conversation: it has failed until the visitor sends it again
// Beside what is stored an entry has, in memory: state ('waiting', 'sending', 'failed'), error, retryable, blob, progress,
// since (when it was seen in the storage of another tab whose it is).

const PATHS = ['/plugin/visitors', '/plugin/messages', '/plugin/menu', '/plugin/ice_breakers'];
const LATEST = 8e15; // a date that is later is none
const MOST = 200; // entries; nobody waits for that many
const REMEMBERED = 500; // keys that have left
const TRIES = 5; // of a file: one that has been deleted meanwhile fails like a dead line

// createOutbox keeps the entries.
//   send(entry, options)  makes the call and answers as the platform does
//   kept(entry, answer)   is told when an entry was taken; it has left then
//   refused(entry, answer) is told of a refusal; true says that the entry stays as it is, and sending is over for now
//   ready(entry)          false holds the entry back, and what comes after it
//   save(list)            stores what others may see
//   lostFile              says of a file that it was in a page that is gone
export function createOutbox({ send, kept, refused, ready, save, changed, online, lostFile = '', over = '', now = Date.now, times = TIMES }) {
  let entries = [];
  const done = new Set(); // keys that have left, so that no other tab brings them back
  let current = null; // {key, cut} of the call under way
  let pumping = false;
  let failures = 0;
  let notBefore = 0; // by our own patience
  let told = 0; // by the server's word
  let alarm = null;
  let last = 0;

  const lost = { state: 'failed', error: lostFile, retryable: false };
  const fresh = (e) => ({ ...e, state: 'waiting', error: '', retryable: true, ...(e.old ? { state: 'failed', error: over } : {}) });
  const wait = () => Math.max(notBefore, told) - now();
  const find = (key) => entries.find((e) => e.key === key);
  // What makes the visitor goes ahead of all that waits for one, also where that was said before, to a visitor who is no more.
  const sort = () => entries.sort((a, b) => (b.kind === 'begin') - (a.kind === 'begin') || a.at - b.at || (a.key < b.key ? -1 : 1));

  // store tells what others may see: not what has failed for good and only this tab can show.
  function store() {
    save(entries.filter((e) => !e.blob || e.retryable).map(({ key, kind, at, path, body, text, file, on, old }) => ({ key, kind, at, path, body, text, file, on, old })));
  }

  // stamp gives each entry a time of its own: their order is the order in which they were said.
  function stamp() {
    last = Math.max(now(), last + 1);
    return last;
  }

  function add(entry) {
    if (entries.length >= MOST) return false;
    entries.push({ state: 'waiting', error: '', retryable: true, ...entry, at: stamp() });
    sort();
    store();
    changed();
    pump();
    return true;
  }

  function forget(key) {
    done.add(key);
    if (done.size > REMEMBERED) done.delete(done.values().next().value);
  }

  // leave takes an entry out for good.
  function leave(entry) {
    forget(entry.key);
    entries = entries.filter((e) => e !== entry);
    if (entry.blob) URL.revokeObjectURL(entry.file.url);
    store();
    changed();
  }

  function change(entry, fields) {
    Object.assign(entry, fields);
    changed();
  }

  // next is what is to be sent next. What another tab wants to send is left to it, for a while.
  function next() {
    for (const e of entries) {
      if (e.state === 'failed' || (e.since && now() - e.since < times.adopt)) continue;
      if (e.kind !== 'file' || e.blob) return e;
      change(e, lost);
    }
    return undefined;
  }

  // pump sends one entry after the other, in their order, until nothing is left that can be sent now.
  async function pump() {
    if (pumping) return;
    pumping = true;
    clearTimeout(alarm);
    let entry = next();
    while (entry && ready(entry) && online() && wait() <= 0) {
      await attempt(entry);
      entry = next();
    }
    pumping = false;
    if (entry?.state === 'sending') change(entry, { state: 'waiting' });
    const borrowed = entries.find((e) => e.since && e.state !== 'failed');
    if (entry && ready(entry) && online()) alarm = setTimeout(pump, Math.max(wait(), 1));
    else if (borrowed) alarm = setTimeout(pump, Math.max(borrowed.since + times.adopt - now(), 1));
  }

  async function attempt(entry) {
    const cut = new AbortController();
    current = { key: entry.key, cut };
    change(entry, { state: 'sending' });
    const answer = await send(entry, {
      signal: cut.signal,
      progress: (part) => change(entry, { progress: part }),
    });
    current = null;
    if (entries.includes(entry)) settle(entry, answer);
    else failures = 0; // the line has said meanwhile that it is there
  }

  function settle(entry, answer) {
    if (answer.status >= 200 && answer.status < 300) {
      failures = 0;
      leave(entry);
      kept(entry, answer);
    } else if (entry.state !== 'sending') {
      failures = 0; // the conversation has ended while this was under way: it was told to fail, and stays so
    } else if (answer.status === 429 || (unclear(answer) && !hopeless(entry))) {
      // A refusal that says for how long is obeyed; what got no answer waits longer each time.
      if (answer.retryAfter) told = now() + answer.retryAfter;
      else notBefore = now() + backOff(failures++, times.again);
      change(entry, { state: 'waiting' });
    } else if (!refused(entry, answer)) {
      failures = 0;
      change(entry, { state: 'failed', error: answer.error.message });
    }
  }

  function hopeless(entry) {
    if (entry.kind !== 'file') return false;
    entry.tries = (entry.tries ?? 0) + 1;
    return entry.tries >= TRIES;
  }

  return {
    add,
    get entries() { return entries; },
    find,
    pump,
    store,
    // wake tries at once what waits for the line. What the server has told to wait goes on waiting.
    wake() {
      notBefore = 0;
      failures = 0;
      pump();
    },
    // confirm is for what the line says is there.
    confirm(key) {
      const entry = find(key);
      if (!entry) {
        forget(key);
        return;
      }
      leave(entry);
      if (current?.key === key) current.cut.abort();
    },
    // retry sends a failed entry once more, after what was said since.
    retry(key) {
      const entry = find(key);
      if (entry?.state !== 'failed' || !entry.retryable) return;
      change(entry, { state: 'waiting', error: '', progress: 0, tries: 0, at: stamp(), since: 0, old: undefined });
      sort();
      store();
      pump();
    },
    discard(key) {
      const entry = find(key);
      if (!entry || entry.state === 'sending') return;
      leave(entry);
      pump();
    },
    // drop takes an entry out that was not said in the end.
    drop(key) {
      const entry = find(key);
      if (entry) leave(entry);
    },
    // rename gives an entry another key: the platform has nothing under the old one.
    rename(entry, key) {
      forget(entry.key);
      change(entry, { key, state: 'waiting' });
      store();
    },
    // fail ends what cannot be sent in this conversation any more, and leaves it to be read.
    // With ended the conversation is over: no later page sends it by itself to the next one.
    fail(error, ended = false) {
      for (const entry of entries) {
        if (entry.state !== 'failed') Object.assign(entry, { state: 'failed', error });
        if (ended && entry.kind !== 'begin') entry.old = true;
      }
      if (ended && entries.length > 0) store();
      changed();
    },
    // load takes up what an earlier page, or another tab, has stored.
    load(list) {
      for (const stored of valid(list)) {
        last = Math.max(last, stored.at);
        if (!find(stored.key)) entries.push({ ...fresh(stored), ...(stored.kind === 'file' ? lost : {}) });
      }
      sort();
      changed();
    },
    // merge is load while this tab has entries of its own: another one has stored something.
    merge(list) {
      const stored = valid(list);
      const known = new Set(stored.map((e) => e.key));
      let missing = stored.some((e) => done.has(e.key));
      for (const one of stored) {
        if (!find(one.key) && !done.has(one.key)) {
          entries.push({ ...fresh(one), since: now() });
        }
      }
      for (const mine of entries.slice()) {
        if (known.has(mine.key)) continue;
        if (mine.since) entries = entries.filter((e) => e !== mine); // it was taken, or thrown away, over there
        else missing = true; // both tabs wrote at one moment
      }
      sort();
      if (missing) store();
      changed();
      pump();
    },
    stop: () => clearTimeout(alarm),
  };
}

// valid are those of a stored list that look like entries: the website's storage is not ours alone.
function valid(list) {
  if (!Array.isArray(list)) return [];
  const seen = new Set();
  return list.slice(0, MOST).filter((e) => {
    const fits = e !== null && typeof e === 'object' && typeof e.key === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(e.key)
      && ['begin', 'say', 'tap', 'file'].includes(e.kind) && e.at > 0 && e.at <= LATEST && !seen.has(e.key) && ['string', 'undefined'].includes(typeof e.text)
      && (e.kind === 'file' ? isObject(e.file) : PATHS.includes(e.path) && isObject(e.body));
    if (fits) seen.add(e.key);
    return fits;
  });
}

const isObject = (value) => value !== null && typeof value === 'object';

// newKey is a key nobody can guess: who knows the one of a new visitor is handed that visitor's token.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_');
}
