// The thread: a window of the newest messages that moves with the scrolling, so that a history of any length stays quick.

import { chipsView } from './chips.js';
import { fill, icon, make, spoken } from './make.js';
import { messageView } from './message.js';

const page = 60; // messages that are drawn at first, and more at a time
const most = 240; // messages that are drawn at once
const together = 5 * 60 * 1000; // within which messages of one sender are a run
const near = 48; // pixels from the end that count as the end
const ahead = 500; // pixels from either end at which more is drawn

// threadView draws talk.state.messages. view gets find (by mid), goTo (by key) and large, for the messages in it.
export function threadView(view) {
  const { talk, words, clock } = view;
  const chips = chipsView(view);
  const older = make('p', { class: 'older', hidden: true, text: words.older });
  const typing = make('div', { class: 'typing', hidden: true }, make('span', { class: 'dots', 'aria-hidden': 'true' }, make('i'), make('i'), make('i')));
  const typingWords = spoken('');
  typing.append(typingWords);
  const list = make('div', { class: 'messages' });
  const log = make('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': words.conversation, tabindex: '0' });
  const inner = make('div', { class: 'inner' }, make('div', { class: 'grow' }), older, list, typing, chips.node);
  log.append(inner);
  const pillWords = make('span', { text: words.newMessages, hidden: true });
  const pill = make('button', { type: 'button', class: 'pill', hidden: true, title: words.toEnd, onclick: () => toEnd(true) }, icon('down'), pillWords, spoken(words.toEnd));
  const told = make('div', { class: 'spoken', 'aria-live': 'polite' });
  const node = make('section', { class: 'thread', 'aria-label': words.conversation, hidden: true }, log, pill, told);

  const drawn = new Map(); // key → {node, update}
  const days = new Map(); // day → heading
  let messages = [];
  let from = 0; // the window: messages[from] to messages[to - 1]
  let to = 0;
  let firstKey = null; // of the window, to find it again when older ones come before it
  let pinned = true; // the end is in sight, and stays so
  let spokenTo = null; // key of the newest message that was there when it was told
  let asking = false; // for older messages

  log.addEventListener('scroll', scrolled, { passive: true });
  document.addEventListener('visibilitychange', scrolled);
  new ResizeObserver(() => pinned && toEnd()).observe(log);
  new ResizeObserver(() => pinned && toEnd()).observe(inner);
  view.find = (mid) => messages.findLast((m) => m.mid === mid) || null;
  view.goTo = goTo;

  return { node, update, focus: () => log.focus({ preventScroll: true }), toEnd };

  function update(state) {
    const before = messages;
    messages = state.messages;
    move(before);
    draw(state);
    tell(before);
    if (pinned && !node.hidden && document.visibilityState === 'visible') talk.looked();
    reach(Infinity);
  }

  // move brings the window to where it belongs in the new list.
  function move(before) {
    const wasEnd = to === before.length;
    if (firstKey !== null && (!messages[from] || messages[from].key !== firstKey)) {
      const now = messages.findIndex((m) => m.key === firstKey);
      to += now < 0 ? 0 : now - from;
      from = now < 0 ? Math.max(0, messages.length - page) : now;
    }
    to = Math.min(to, messages.length);
    if (pinned || wasEnd) to = messages.length;
    if (to - from > most && pinned) from = to - page;
    if (to - from > most * 2) to = from + most * 2;
    if (before.length === 0) from = Math.max(0, to - page);
    if (pinned) from = Math.min(from, to - page); // what comes before a message that was there first
    from = Math.max(0, Math.min(from, to));
  }

  function draw(state) {
    const mark = pinned ? null : anchor();
    firstKey = messages[from] ? messages[from].key : null;
    const newest = messages.findLastIndex((m) => m.from !== 'page');
    const nodes = [];
    const keep = new Set();
    const keepDays = new Set();
    for (let i = from; i < to; i++) {
      const m = messages[i];
      const [prev, next] = [messages[i - 1], messages[i + 1]];
      if (!prev || i === from || clock.dayKey(prev.at) !== clock.dayKey(m.at)) {
        nodes.push(day(m.at, keepDays));
      }
      if (keep.has(m.key)) continue; // one key twice would be one node in two places
      keep.add(m.key);
      let shown = drawn.get(m.key);
      if (!shown) drawn.set(m.key, (shown = messageView(view)));
      shown.update(m, { first: !run(prev, m), last: !run(m, next), newest: i === newest });
      nodes.push(shown.node);
    }
    for (const key of drawn.keys()) if (!keep.has(key)) drawn.delete(key);
    for (const key of days.keys()) if (!keepDays.has(key)) days.delete(key);
    place(nodes);
    ends(state);
    if (mark && mark.node.isConnected) log.scrollTop += mark.node.getBoundingClientRect().top - mark.top;
    else if (pinned) toEnd();
  }

  // place makes nodes the children of the list, touching only what is not where it belongs: what is moved would lose the
  // focus, and a film its place.
  function place(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
    let at = list.firstChild;
    for (const child of nodes) {
      if (child === at) at = at.nextSibling;
      else list.insertBefore(child, at);
    }
  }

  function day(at, keep) {
    const key = clock.dayKey(at);
    keep.add(key);
    if (!days.has(key)) days.set(key, make('h2', { class: 'day' }));
    const heading = days.get(key);
    const name = clock.day(at);
    if (heading.textContent !== name) heading.textContent = name;
    return heading;
  }

  // ends draws what stands before and after the messages.
  function ends(state) {
    const atEnd = to === messages.length;
    older.hidden = !(from === 0 && state.more);
    typing.hidden = !(state.typing && atEnd);
    const says = state.typing ? fill(words.typing, { name: view.name() }) : '';
    if (typingWords.textContent !== says) typingWords.textContent = says;
    chips.update(atEnd && state.phase === 'chat' ? messages[messages.length - 1] : null);
    pill.hidden = pinned;
    if (pinned) pillWords.hidden = true;
    pill.classList.toggle('news', !pillWords.hidden);
  }

  // tell says to screen readers what is new. Not what was there before, nor what older pages of the history bring.
  function tell(before) {
    const last = messages[messages.length - 1];
    if (spokenTo === null || before.length === 0) {
      spokenTo = last ? last.key : spokenTo;
      return;
    }
    const since = messages.findLastIndex((m) => m.key === spokenTo);
    spokenTo = last ? last.key : null;
    if (since < 0) return;
    for (const m of messages.slice(since + 1)) {
      if (m.from !== 'page') continue;
      told.append(make('p', { dir: 'auto', text: `${view.name()}: ${summary(m)}` }));
      if (!pinned) {
        pillWords.hidden = false;
        pill.hidden = false;
        pill.classList.add('news');
      }
    }
    while (told.children.length > 5) told.firstChild.remove();
  }

  function summary(m) {
    const parts = [m.text, ...m.cards.map((c) => c.title), ...m.files.map((f) => [words[f.kind] || words.file, f.name].filter(Boolean).join(' '))];
    return parts.filter(Boolean).join(', ') || words.cantShow;
  }

  function scrolled() {
    const atEnd = to === messages.length;
    const rest = log.scrollHeight - log.clientHeight - log.scrollTop;
    pinned = atEnd && rest < near;
    if (pinned && document.visibilityState === 'visible') talk.looked();
    if (!reach(rest)) ends(talk.state);
  }

  // reach draws more where the scrolling comes near to what is drawn, and asks for what is older than all that is here. It
  // reports whether it has drawn.
  function reach(rest) {
    const atEnd = to === messages.length;
    const short = log.scrollHeight <= log.clientHeight + 1; // nothing can be scrolled
    if (log.scrollTop < ahead && (!pinned || short)) {
      if (from > 0) {
        from = Math.max(0, from - page);
        if (to - from > most) to = from + most;
        draw(talk.state);
        return true;
      }
      if (talk.state.more && !asking && log.clientHeight > 0) {
        asking = true;
        talk.older().finally(() => { asking = false; });
      }
    } else if (rest < ahead && !atEnd) {
      to = Math.min(messages.length, to + page);
      if (to - from > most) from = to - most;
      draw(talk.state);
      return true;
    }
    return false;
  }

  // anchor is the uppermost message in sight, and where it is. No day's name: those move up when older messages come.
  function anchor() {
    const top = log.getBoundingClientRect().top;
    for (const child of list.children) {
      const box = child.getBoundingClientRect();
      if (box.bottom > top && child.classList.contains('message')) return { node: child, top: box.top };
    }
    return null;
  }

  function toEnd(gently) {
    if (to !== messages.length) {
      to = messages.length;
      from = Math.max(0, to - page);
      pinned = true;
      draw(talk.state);
    }
    pinned = true;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    log.scrollTo({ top: log.scrollHeight, behavior: gently && !still && log.scrollHeight - log.scrollTop < 4000 ? 'smooth' : 'instant' });
    if (gently) {
      ends(talk.state);
      log.focus({ preventScroll: true });
    }
  }

  // goTo shows a message, wherever it is in the history that is here.
  function goTo(key) {
    const at = messages.findIndex((m) => m.key === key);
    if (at < 0) return;
    pinned = false;
    if (at < from || at >= to) {
      from = Math.max(0, at - page / 2);
      to = Math.min(messages.length, at + page);
      draw(talk.state);
    }
    const { node: found } = drawn.get(key);
    found.scrollIntoView({ block: 'center' });
    found.setAttribute('tabindex', '-1');
    found.focus({ preventScroll: true });
    found.classList.add('found');
    found.addEventListener('animationend', () => found.classList.remove('found'), { once: true });
  }
}

// run reports whether b goes on where a was.
function run(a, b) {
  return Boolean(a && b) && a.from === b.from && b.at - a.at < together && new Date(a.at).toDateString() === new Date(b.at).toDateString();
}
