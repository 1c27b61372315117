// A visitor's talk with the page: what is to be seen of it (state), and what the visitor can do. It draws nothing.
//
//   const talk = createTalk({ platform, link, words });
//   const off = talk.on((state) => …); // called soon after each change, and never twice for several at once
//
// state: {
//   phase       'loading', 'greeting', 'chat', 'refused' (this website may not), 'blocked', 'over' (begin anew)
//   net         'online', 'connecting', 'offline'
//   open, phone, sound, typing
//   focus       the visitor's own hand has opened the window: it may take the focus
//   page        {name, themeColor, greeting, menu: [{type, title, url}], composerDisabled, iceBreakers: [text]}
//   visitor     {loggedIn, name} or null
//   beginning   a new conversation is being made: the greeting is done with, or waits for the network
//   messages    [{key, seq, mid, from: 'page' or 'visitor', at, text, quickReplies, buttons, cards, square, files, replyTo,
//               reaction, note, state, error, retryable, progress, chosen, chosenCard, answered, past}]
//   more        there are older messages: talk.older()
//   seenAt, deliveredAt, unread, notice
// }
// A message keeps its key from the moment it is written, and is the same object while nothing in it changes. What the page
// offers in it (quickReplies, buttons, cards, files) is as the platform writes it. state is of the visitor's own: 'sending',
// 'waiting' (for the network), 'failed' (error says why; retryable, whether talk.retry makes sense), 'sent' (the platform
// has it), 'delivered' (the page's side has), 'seen'.
// chosen is the place of what was tapped here, on card chosenCard where it was on one; answered: the visitor has said
// something since. past: of a conversation that is over.
import { createActs } from './acts.js';
import { createIdentity } from './identity.js';
import { createNews } from './news.js';
import { createOutbox, newKey } from './outbox.js';
import { createReading } from './reading.js';
import { createSpare } from './spare.js';
import { createSound } from './sound.js';
import { createThread } from './thread.js';
import { TIMES, backOff } from './times.js';
import { browserWorld } from './world.js';

export function createTalk({ platform, link, words = {}, now = Date.now, times = TIMES, world = browserWorld(), sound = createSound() }) {
  const init = link.init;
  const saved = { outbox: [], sound: false, ...init.saved, token: tokenOf(init.saved) };
  const spare = createSpare(platform.page);
  const thread = createThread();
  const listeners = new Set();
  let where = pageOf(init); // the website's page around us
  let asked = false; // the platform has said what the page shows
  let asking = null; // the next time it is asked
  let tries = 0;
  let walkedTo = ''; // the page of the website that the platform was told last
  let walking = null; // until then it is not told of another
  let told = ''; // the last word to the loader about unread messages
  let soon = false;
  let typedAt = 0;
  let typing = true; // the platform wants to know
  let blip = null; // when a line that is not back yet counts as gone
  let opened = false; // by the visitor's hand, for the first time on this page
  let unsure = false; // the token is gone from the storage: it is written again if it is still good

  const state = {
    phase: 'loading',
    net: 'connecting',
    open: init.open === true,
    phone: init.phone === true,
    focus: init.focus === true,
    page: { name: '', themeColor: init.theme_color ?? '', greeting: greetingOf(init), menu: [], composerDisabled: false, iceBreakers: [] },
    visitor: null,
    beginning: false,
    messages: [],
    more: false,
    typing: false,
    seenAt: 0,
    deliveredAt: 0,
    unread: 0,
    sound: saved.sound === true,
    notice: '',
  };

  const outbox = createOutbox({
    now, times, send, kept, refused, changed, lostFile: words.lostFile, over: words.over,
    online: () => world.online() || news.open, // browsers err, lines do not
    ready: (entry) => ['chat', 'greeting', 'over', 'loading'].includes(state.phase) && (entry.kind === 'begin' || platform.token !== null),
    save: (list) => save({ outbox: list.length > 0 ? list : null }),
  });
  const news = createNews({ platform, now, times, world, said, stood, told: heard, refused: lost });
  const identity = createIdentity({ init, saved, save, platform, where: () => where });

  const reading = createReading({ platform, thread, times, seen: saved.seen, save: (seq) => save({ seen: seq }) });
  const acts = createActs({ state, platform, thread, outbox, words, put, set, changed });

  // changed lets those who listen know, once for everything that happens in one go.
  function changed() {
    if (soon) return;
    soon = true;
    queueMicrotask(() => {
      soon = false;
      state.messages = thread.messages(outbox.entries, state);
      state.beginning = acts.begins();
      state.more = news.more;
      if (platform.token === null) state.net = nets();
      count();
      for (const fn of listeners) fn(state);
    });
  }

  // nets is how the network is where there is no line: as far as anybody has noticed.
  function nets() {
    if (!world.online()) return 'offline';
    return outbox.entries.some((e) => e.kind === 'begin' && e.state === 'waiting') ? 'connecting' : 'online';
  }

  function set(fields) {
    Object.assign(state, fields);
    changed();
  }

  function save(fields) {
    Object.assign(saved, fields);
    spare.keep(saved);
    link.send({ do: 'save', saved: fields });
  }

  // count tells the loader how many messages of the page were not read.
  function count() {
    const unseen = reading.unread();
    state.unread = state.phase === 'chat' || state.phase === 'blocked' ? unseen.length : 0;
    const text = unseen.at(-1)?.text ?? '';
    const word = `${state.unread} ${text}`;
    if (word !== told) link.send({ do: 'unread', count: state.unread, text });
    told = word;
  }

  // ---- what the platform tells ----

  function said(lines, live) {
    const fresh = thread.add(lines);
    for (const { key } of fresh) if (key) outbox.confirm(key);
    const theirs = fresh.filter((l) => l.from === 'page');
    if (theirs.length > 0) {
      if (live) state.typing = false; // what was being typed is here
      const ours = world.visible() || news.leads; // one tab of several makes the noise
      if (live && state.sound && ours && !(state.open && world.visible())) sound.play();
    }
    changed();
  }

  function stood(body) {
    thread.react(body.reactions);
    reading.upTo(body.read_at);
    if (state.phase === 'loading') state.phase = 'chat';
    if (state.net === 'connecting') state.net = 'online'; // it has just answered
    set({ typing: body.typing === true, seenAt: Math.max(state.seenAt, body.seen_at ?? 0), deliveredAt: Math.max(state.deliveredAt, body.delivered_at ?? 0) });
  }

  // heard is told how the line is.
  function heard(net) {
    clearTimeout(blip);
    if (net === 'connecting' && state.net === 'online') {
      blip = setTimeout(() => set({ net, typing: false }), times.blip);
      return;
    }
    if (net === 'online') {
      outbox.wake();
      if (!asked) offers();
      if (unsure) save({ token: platform.token, seen: reading.place || null, who: saved.who ?? null });
      unsure = false;
      reading.tell();
    }
    set({ net, typing: state.typing && net === 'online' });
  }

  // lost is told when no line can be had; true ends the tries.
  function lost(answer) {
    if (answer.status === 401) return over(answer.error.message);
    if (answer.status === 403) return away(answer);
    if (state.phase === 'loading') set({ phase: 'chat' }); // what waits to be sent is to be seen also without a network
    return false;
  }

  // over ends the conversation whose token is worth nothing any more. What was said stays on the screen.
  function over(message) {
    if (state.phase === 'over') return true;
    news.stop();
    platform.use(null);
    save({ token: null, seen: null, who: null });
    outbox.fail(message, true);
    set({ phase: 'over', notice: message, typing: false });
    return true;
  }

  // away is for a website, or a visitor, whom the platform does not want. True says that nothing can be read either.
  function away({ error: { field, message } }) {
    outbox.fail(message);
    if (field === '') { // the visitor is blocked: only words are not taken
      set({ phase: 'blocked', notice: message });
      return false;
    }
    news.stop();
    link.send({ do: 'refused', wrong: field, message });
    set({ phase: 'refused', notice: message });
    return true;
  }

  // ---- what the visitor says ----

  function send(entry, options) {
    if (entry.kind === 'file') return platform.upload(entry.blob, entry.key, options);
    if (entry.kind === 'begin') return platform.visit({ ...entry.body, ...where, ...identity.claim() }, options);
    return platform.say(entry.path, { ...entry.body, key: entry.key }, { signal: options.signal });
  }

  function kept(entry, { body }) {
    if (entry.kind === 'begin') enter(body);
    else said([body], false);
  }

  function refused(entry, answer) {
    if (answer.status === 401) return over(answer.error.message);
    if (answer.status === 403) {
      if (entry.kind === 'begin') outbox.drop(entry.key);
      away(answer);
      return true;
    }
    if (entry.kind === 'begin' && answer.error.field === 'key') {
      // The answer to an earlier try was lost too long ago: that visitor has said nothing, and another is made.
      const key = newKey();
      entry.body = { ...entry.body, key };
      outbox.rename(entry, key);
      return true;
    }
    if (entry.kind === 'begin') {
      // A question that is not asked any more, or a rule of the page: the greeting is shown once more, as it is now.
      outbox.drop(entry.key);
      set({ notice: answer.error.message });
      offers();
      return true;
    }
    if (entry.on) thread.choose(entry.on.mid, null); // it can be tapped again
    return false;
  }

  // enter begins, or goes on with, the conversation whose token is known now.
  function enter(visit) {
    if (visit.token) {
      if (state.phase === 'over') thread.end(state);
      save({ token: visit.token, seen: null });
      news.stop();
      platform.use(visit.token);
      link.send({ do: 'began' });
      news.forget();
      reading.forget();
      opened = false;
    }
    identity.done();
    set({
      phase: visit.blocked ? 'blocked' : 'chat',
      notice: '',
      ...(visit.token ? { seenAt: 0, deliveredAt: 0 } : {}),
      visitor: { loggedIn: visit.logged_in === true, name: visit.name ?? '' },
    });
    if (visit.token) walkedTo = JSON.stringify(where); // the arrival has told it
    news.start();
    outbox.pump();
  }

  // put says something, after a conversation was begun where there is none.
  function put(entry) {
    if (state.phase === 'blocked' || state.phase === 'refused') return false;
    if (platform.token === null) acts.begin();
    return outbox.add({ key: newKey(), ...entry });
  }

  // looked is called when the end of the thread is to be seen.
  function looked() {
    if (state.open && world.visible() && platform.token && reading.looked()) changed();
  }

  // ---- the page around us ----

  // offers asks what the page shows, until it is known.
  async function offers() {
    clearTimeout(asking);
    const answer = await platform.profile();
    if (answer.status === 200) {
      asked = true;
      tries = 0;
      const { greeting, menu, composer_input_disabled: disabled, ice_breakers: questions } = answer.body;
      state.page = {
        ...state.page,
        name: answer.body.name ?? '',
        greeting: greetingOf(init) || greeting || '',
        menu: menu ?? [],
        composerDisabled: disabled === true,
        iceBreakers: questions ?? [],
      };
    } else if (answer.status === 401 && platform.token) {
      over(answer.error.message);
    } else if (answer.status === 403) {
      away(answer);
    } else if (platform.token === null) {
      asking = setTimeout(offers, backOff(tries++, times.again));
    }
    if (state.phase === 'loading' && platform.token === null) state.phase = 'greeting';
    changed();
  }

  // walked tells where on the website the visitor is: not of each step on a page that changes its address as it is
  // scrolled, or the visitor's own words would have to wait behind them.
  async function walked() {
    const to = JSON.stringify(where);
    if (platform.token === null || !world.visible() || to === walkedTo || walking !== null) return;
    walkedTo = to;
    walking = setTimeout(() => {
      walking = null;
      if (JSON.stringify(where) !== to) walked();
    }, times.walk);
    const answer = await platform.walk(where);
    if (answer.status === 401) over(answer.error.message);
    else if (answer.status !== 200) walkedTo = '';
  }

  // returned tells the page that the visitor has come back to the talk: when its window is opened, for the first time on
  // this page, after nothing was said for long.
  async function returned() {
    const last = thread.lines.at(-1);
    if (opened || platform.token === null || !last) return;
    opened = true;
    if (now() - last.at < times.returned) return;
    const answer = await platform.visit({ ...where, ...identity.claim() });
    if (answer.status === 200) enter(answer.body);
    else if (answer.status === 401) over(answer.error.message);
  }

  // hear takes what the loader says.
  function hear(message) {
    if (message.do === 'open' || message.do === 'close') {
      set({ open: message.do === 'open', focus: message.focus === true });
      if (state.open) returned();
    } else if (message.do === 'page') {
      Object.assign(init, message);
      where = pageOf(init);
      state.page = { ...state.page, themeColor: init.theme_color ?? '', greeting: greetingOf(init) || state.page.greeting };
      walked();
      if (identity.changed(message.customer)) identify();
      changed();
    } else if (message.do === 'saved') {
      elsewhere(message.saved ?? {});
    }
  }

  // elsewhere takes in what is stored, after another tab has changed it.
  function elsewhere(other) {
    const token = tokenOf(other);
    saved.who = other.who;
    state.sound = other.sound === true;
    if (token !== null && token !== platform.token) {
      take(token);
    } else if (token === null && platform.token !== null) {
      unsure = true; // the other tab says that the talk is over, or the website has cleared everything: the platform knows
      news.again();
    }
    if (token !== null) reading.elsewhere(other.seen);
    saved.outbox = other.outbox ?? null;
    spare.keep(saved);
    outbox.merge(other.outbox);
    changed();
  }

  // take goes on with the conversation that another tab has begun.
  function take(token) {
    if (state.phase === 'over') thread.end(state);
    else if (platform.token !== null) thread.clear();
    saved.token = token;
    for (const e of outbox.entries.filter((one) => one.kind === 'begin')) outbox.drop(e.key);
    news.stop();
    news.forget();
    platform.use(token);
    reading.forget();
    set({ phase: 'chat', notice: '', seenAt: 0, deliveredAt: 0 });
    offers();
    news.start();
  }

  // identify tells the platform whom the website vouches for.
  async function identify() {
    const answer = await identity.tell();
    if (!answer) return false;
    if (answer.status === 200) {
      if (answer.body.token && platform.token !== null) thread.clear(); // another one's conversation
      enter(answer.body);
    }
    return answer.status === 200;
  }

  async function start() {
    link.on(hear);
    platform.use(saved.token);
    if (saved.token) link.send({ do: 'began' });
    outbox.load(saved.outbox);
    const missing = spare.read(saved).filter((e) => !outbox.find(e?.key) && (e?.kind !== 'begin' || !acts.begins()));
    outbox.load(missing);
    if (missing.length > 0) outbox.store();
    if (platform.token === null && !acts.begins()) outbox.fail(words.over ?? '', true); // it was said in a conversation that is over
    state.visitor = identity.known();
    world.on((what) => {
      if (['online', 'seen', 'back', 'woke'].includes(what)) {
        outbox.wake();
        if (!asked) offers();
        walked();
      }
      changed();
    });
    link.send({ do: 'ready' });
    if (platform.token !== null && !(await identify())) news.start();
    offers();
    walked();
    outbox.pump();
  }

  start();

  return {
    state,
    // on calls fn with the state after each change, and once soon.
    on(fn) {
      listeners.add(fn);
      changed();
      return () => listeners.delete(fn);
    },
    ...acts,
    // typing is called with each key; the platform hears of it now and then.
    async typing() {
      if (!typing || platform.token === null || state.net !== 'online' || now() - typedAt < times.typing) return;
      typedAt = now();
      const answer = await platform.typing();
      typing = answer.status !== 404;
    },
    looked,
    setSound(on) {
      if (on) sound.ready();
      save({ sound: on });
      set({ sound: on });
    },
    async older() {
      const came = await news.older();
      changed();
      return came;
    },
    // dismiss takes the notice away once it was read.
    dismiss: () => set({ notice: '' }),
    close: () => link.send({ do: 'close' }),
    // stop ends everything, for tests.
    stop() {
      news.stop();
      outbox.stop();
      clearTimeout(asking);
      clearTimeout(walking);
      reading.stop();
      clearTimeout(blip);
    },
  };
}

// tokenOf is the token that is stored, if it can be one: the website's storage is not ours alone, and what is no token can
// make every call fail before it leaves the browser.
function tokenOf(stored) {
  const token = stored?.token;
  return typeof token === 'string' && /^[A-Za-z0-9_-]{1,200}$/.test(token) ? token : null;
}

function greetingOf(init) {
  const known = init.customer ? init.logged_in_greeting : init.logged_out_greeting;
  return known || init.greeting || '';
}

// pageOf is the page of the website as the calls want it, without what is unknown.
function pageOf({ page_url, title, ref, referrer }) {
  return Object.fromEntries(Object.entries({ page_url, title, ref, referrer }).filter(([, value]) => value));
}
