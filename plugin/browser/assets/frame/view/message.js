// One message of the thread.

import { buttons } from './buttons.js';
import { cards } from './cards.js';
import { files } from './files.js';
import { fill, icon, make, spoken } from './make.js';
import { isEmoji, linked } from './text.js';

// The platform's words for reactions (those that are no emoji themselves).
const reactions = { love: '❤️', like: '👍', dislike: '👎', smile: '😆', wow: '😮', sad: '😢', angry: '😠', other: '👍' };

// messageView draws a message. update(m, place) brings it up to date: place tells of its neighbours {first, last (of a
// run of one sender), newest (of the visitor's)}. What the message says is drawn anew only when that has changed, so
// that a film goes on playing when a tick comes.
export function messageView(view) {
  const body = make('div', { class: 'body' });
  const foot = make('div', { class: 'foot' });
  const node = make('article', { class: 'message' }, body, foot);
  let drawn = '';
  let footed = '';
  return {
    node,
    update(m, place) {
      const classes = ['message', m.from === 'page' ? 'theirs' : 'own'];
      if (place.first) classes.push('first');
      if (place.last) classes.push('last');
      if (m.state === 'failed') classes.push('unsent');
      if (m.state === 'sending' || m.state === 'waiting') classes.push('pending');
      const is = classes.join(' ');
      if (node.className !== is) node.className = is;
      const quoted = m.replyTo ? view.find(m.replyTo) : null;
      const says = JSON.stringify([m.mid, m.from, m.text, m.buttons, m.cards, m.square, m.files, m.replyTo, quoted && quoted.text, m.reaction, m.chosen, m.chosenCard, place.first, view.name()]);
      if (says !== drawn) {
        drawn = says;
        body.replaceChildren(...content(m, place, quoted, view));
      }
      progress(body, m);
      const ends = JSON.stringify([m.at, m.state, m.error, m.retryable, m.key, place.last, place.newest]);
      if (ends !== footed) {
        footed = ends;
        foot.replaceChildren(...footer(m, place, view));
      }
    },
  };
}

function content(m, place, quoted, view) {
  const { words } = view;
  const out = [];
  if (place.first) out.push(spoken((m.from === 'page' ? view.name() : words.you) + ': '));
  if (m.replyTo) out.push(quote(m, quoted, view));
  const hasButtons = m.buttons && m.buttons.length > 0;
  if (m.text || hasButtons) {
    const large = m.text && !hasButtons && !m.replyTo && isEmoji(m.text);
    out.push(make('div', { class: large ? 'emojis' : 'bubble' },
      m.text && linked(make('p', { class: 'text', dir: 'auto' }), m.text, words),
      hasButtons && buttons(m, null, m.buttons, view)));
  }
  if (m.cards && m.cards.length) out.push(cards(m, view));
  if (m.files && m.files.length) out.push(...files(m, view));
  if (!m.text && !hasButtons && !(m.cards && m.cards.length) && !(m.files && m.files.length)) {
    out.push(make('div', { class: 'bubble' }, make('p', { class: 'quiet', text: words.cantShow })));
  }
  if (m.reaction) {
    const emoji = reactions[m.reaction] || m.reaction;
    const shown = make('span', { 'aria-hidden': 'true', text: emoji });
    out.push(make('div', { class: 'reaction' }, shown, spoken(fill(words.reaction, { emoji }))));
  }
  return out;
}

function quote(m, quoted, view) {
  const { words } = view;
  const whose = !quoted ? words.earlier : quoted.from === 'page' ? fill(words.answerTo, { name: view.name() }) : words.answerToYou;
  const said = quoted && (quoted.text || (quoted.files && quoted.files.length ? words[quoted.files[0].kind] || words.file : quoted.cards && quoted.cards.length ? quoted.cards[0].title : ''));
  const inside = [make('span', { class: 'whose' }, icon('answer'), make('bdi', { text: whose })), said && make('span', { class: 'said', dir: 'auto', text: said.slice(0, 200) })];
  if (!quoted) return make('div', { class: 'quote' }, ...inside);
  return make('button', { type: 'button', class: 'quote', onclick: () => view.goTo(quoted.key) }, ...inside);
}

// progress shows how much of a file is on its way.
function progress(body, m) {
  const share = m.state === 'sending' && typeof m.progress === 'number' && m.progress < 1 ? m.progress : null;
  let bar = body.querySelector('progress');
  if (share === null) {
    if (bar) bar.remove();
    return;
  }
  if (!bar) body.append((bar = make('progress', { max: '1' })));
  bar.value = share;
}

const marks = { sending: 'clock', waiting: 'clock', sent: 'tick', delivered: 'ticks', seen: 'ticks', failed: 'alert' };

function footer(m, place, view) {
  const { words, clock, talk } = view;
  const own = m.from !== 'page';
  const stuck = own && (m.state === 'failed' || m.state === 'waiting');
  if (!place.last && !stuck && !place.newest) return [];
  const out = [make('time', { datetime: new Date(m.at).toISOString(), title: clock.full(m.at), text: clock.time(m.at) })];
  if (own && marks[m.state]) {
    const mark = make('span', { class: 'mark ' + m.state }, icon(marks[m.state]));
    out.push(make('span', { class: 'state' }, place.newest || stuck ? make('span', { text: words[m.state] }) : spoken(words[m.state]), mark));
  }
  if (m.state === 'failed' && m.error) out.push(make('p', { class: 'why', dir: 'auto', text: typeof m.error === 'string' ? m.error : m.error.message || '' }));
  if (stuck) {
    out.push(make('span', { class: 'mend' },
      m.retryable !== false && make('button', { type: 'button', class: 'plain', onclick: () => talk.retry(m.key) }, words.retry),
      make('button', { type: 'button', class: 'plain', onclick: () => talk.discard(m.key) }, words.discard)));
  }
  return out;
}
