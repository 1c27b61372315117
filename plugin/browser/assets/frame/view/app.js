// The frame as it is seen: drawn from talk.state, and everything a visitor does is a call of talk.

import { clock } from './clock.js';
import { palette } from './colour.js';
import { composerView } from '../composer.js';
import { largeView } from './files.js';
import { greetingView } from './greeting.js';
import { headerView } from './header.js';
import { icon, make } from './make.js';
import { threadView } from './thread.js';

// start draws the frame into a document and keeps it up to date. It hands back what ends that.
export function start(talk, words, doc = document) {
  doc.documentElement.lang = words.lang;
  doc.documentElement.dir = words.dir;
  const view = {
    talk,
    words,
    clock: clock(words.lang),
    title: () => talk.state.page.name || words.chat,
    name: () => talk.state.page.name || words.team,
  };
  const picture = largeView(words);
  view.large = picture.open;
  const parts = {
    header: headerView(view),
    banner: bannerView(view),
    notice: noticeView(view),
    greeting: greetingView(view),
    thread: threadView(view),
    composer: composerView(view),
    wall: wallView(view),
  };
  const main = make('main', {}, parts.banner.node, parts.greeting.node, parts.thread.node, parts.wall.node, parts.notice.node, parts.composer.node);
  const app = make('div', { class: 'app' }, parts.header.node, main);
  doc.body.replaceChildren(app, picture.node, parts.composer.overlay);
  view.focus = () => focusIn(talk.state, parts);

  let due = false;
  let ended = false;
  let was = { phase: '', open: false, focus: false, colour: undefined };
  // Not by animation frames: a frame that is hidden has none, and what it shows first would be old.
  const draw = () => {
    due = false;
    if (ended) return;
    const state = talk.state;
    const colour = state.page.themeColor || '';
    if (colour !== was.colour) paint(doc, colour);
    doc.title = view.title();
    app.dataset.phase = state.phase;
    for (const part of Object.values(parts)) part.update(state);
    parts.greeting.node.hidden = state.phase !== 'greeting';
    parts.thread.node.hidden = !['chat', 'blocked', 'over'].includes(state.phase);
    if (!parts.thread.node.hidden && was.phase !== state.phase) parts.thread.toEnd();
    // A window that is open from the page before takes the focus from nobody. One that has it keeps it when a screen gives
    // way to the next.
    const opened = state.open && state.focus && !(was.open && was.focus);
    if (opened || (state.phase !== was.phase && doc.hasFocus())) view.focus();
    was = { phase: state.phase, open: state.open, focus: state.focus, colour };
  };
  const off = talk.on(() => {
    if (due) return;
    due = true;
    queueMicrotask(draw);
  });
  const keys = (e) => {
    if (e.key !== 'Escape' || e.defaultPrevented || e.isComposing || picture.node.open) return;
    e.preventDefault();
    talk.close();
  };
  // The focus may come later than the window: into the frame as a whole, where it is of no use.
  const come = () => doc.activeElement === doc.body && view.focus();
  window.addEventListener('focus', come);
  doc.addEventListener('keydown', keys);
  fitKeyboard(doc);
  draw();
  return () => {
    ended = true;
    off();
    window.removeEventListener('focus', come);
    doc.removeEventListener('keydown', keys);
  };
}

// focusIn puts the focus where a visitor goes on. On a touch screen not into the field: the keyboard would cover half of
// what there is to read.
function focusIn(state, parts) {
  if (matchMedia('(pointer: coarse)').matches) parts.header.focus();
  else if (state.phase === 'greeting') parts.greeting.begin.focus({ preventScroll: true });
  else if (state.phase === 'chat' && !state.page.composerDisabled) parts.composer.focus();
  else parts.header.focus();
}

// paint puts the page's colour on.
function paint(doc, colour) {
  for (const [name, value] of Object.entries(palette(colour))) doc.documentElement.style.setProperty('--page-' + name, value);
}

// fitKeyboard keeps the composer above the keyboard of a phone, where the browser tells of it.
function fitKeyboard(doc) {
  const seen = window.visualViewport;
  if (!seen) return;
  const fit = () => {
    const hidden = window.innerHeight - seen.height - seen.offsetTop;
    doc.documentElement.style.setProperty('--keyboard', (seen.scale === 1 && hidden > 60 ? Math.round(hidden) : 0) + 'px');
  };
  seen.addEventListener('resize', fit);
  seen.addEventListener('scroll', fit);
}

// bannerView tells of the line, while there is something to tell.
function bannerView({ words }) {
  const node = make('div', { class: 'banner', role: 'status' });
  let net = 'online';
  return {
    node,
    update(state) {
      const now = ['refused', 'loading'].includes(state.phase) ? 'online' : state.net;
      if (now === net) return;
      net = now;
      node.className = 'banner ' + net;
      node.replaceChildren(...(net === 'online' ? [] : [make('p', { text: net === 'offline' ? words.offline : words.connecting })]));
    },
  };
}

// noticeView shows a sentence that passes: why a file was not taken, what was refused.
function noticeView(view) {
  const { talk, words } = view;
  const text = make('p', { dir: 'auto' });
  const leave = () => {
    say('');
    if (talk.state.notice) talk.dismiss();
    view.focus();
  };
  const node = make('div', { class: 'notice', role: 'alert', hidden: true }, icon('alert'), text,
    make('button', { type: 'button', class: 'round', 'aria-label': words.dismiss, onclick: leave }, icon('close')));
  let last = '';
  const say = (sentence) => {
    node.hidden = sentence === '';
    text.textContent = sentence;
  };
  view.notice = say;
  return {
    node,
    update(state) {
      const now = ['refused', 'blocked', 'over'].includes(state.phase) ? '' : sentenceOf(state.notice);
      if (now === last) return;
      last = now;
      say(now);
    },
  };
}

// wallView stands where there is nothing to write: while it loads, and where the visitor may not or not any more.
function wallView({ words, talk }) {
  const node = make('section', { class: 'wall', 'aria-label': words.chat, hidden: true });
  let drawn = '';
  return {
    node,
    update(state) {
      const says = state.phase + sentenceOf(state.notice);
      if (says === drawn) return;
      drawn = says;
      node.hidden = ['greeting', 'chat'].includes(state.phase);
      node.replaceChildren(...inside(state));
    },
  };

  function inside(state) {
    const own = sentenceOf(state.notice);
    switch (state.phase) {
      case 'loading': return [make('div', { class: 'dots', 'aria-hidden': 'true' }, make('i'), make('i'), make('i')), make('p', { class: 'spoken', role: 'status', text: words.loading })];
      case 'refused': return [icon('alert'), make('p', { role: 'status', dir: 'auto', text: own || words.refused })];
      case 'blocked': return [make('p', { role: 'status', text: words.blocked })];
      case 'over': return [make('p', { role: 'status', text: words.over }), make('button', { type: 'button', class: 'begin', onclick: () => talk.begin() }, words.again)];
      default: return [];
    }
  }
}

function sentenceOf(notice) {
  return (notice && (typeof notice === 'string' ? notice : notice.message || notice.text)) || '';
}
