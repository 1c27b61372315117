// Cards side by side: a row that is swiped, scrolled, or moved by its two buttons.

import { fill, icon, make } from './make.js';
import { buttons, isWeb } from './buttons.js';
import { link, safeLink, safeSource } from './text.js';

// cards draws the cards of a generic template.
export function cards(m, view) {
  const { words } = view;
  const row = make('ul', { class: m.square ? 'cards square' : 'cards', role: 'list', 'aria-label': words.cards, tabindex: m.cards.length > 1 ? '0' : null });
  m.cards.forEach((card, i) => {
    row.append(make('li', { class: 'card', 'aria-label': m.cards.length > 1 ? fill(words.card, { n: view.clock.number(i + 1), all: view.clock.number(m.cards.length) }) : null }, ...inside(m, card, i, view)));
  });
  if (m.cards.length < 2) return row;
  return make('div', { class: 'carousel' }, row, ...turners(row, words));
}

function inside(m, card, i, view) {
  const { words } = view;
  const to = card.default_action && isWeb(card.default_action.url) ? safeLink(card.default_action.url) : null;
  const title = make('span', { dir: 'auto', text: card.title || '' });
  const parts = [];
  const source = card.image_url && safeSource(card.image_url);
  if (source) {
    const shown = make('img', { class: 'cardpicture', src: source, alt: '', loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer', onerror: () => shown.remove() });
    parts.push(shown);
  }
  parts.push(make('div', { class: 'cardwords' },
    make('p', { class: 'cardtitle' }, to ? link(to, words, { class: 'whole' }, title) : title),
    card.subtitle && make('p', { class: 'cardunder', dir: 'auto', text: card.subtitle })));
  if (card.buttons && card.buttons.length) parts.push(buttons(m, i, card.buttons, view));
  return parts;
}

// turners are the buttons that move a row of cards by one.
function turners(row, words) {
  const turn = (by) => () => {
    const width = row.firstElementChild.getBoundingClientRect().width + 8;
    const rtl = getComputedStyle(row).direction === 'rtl';
    row.scrollBy({ left: width * by * (rtl ? -1 : 1) });
  };
  const back = make('button', { type: 'button', class: 'turn back', 'aria-label': words.previous, onclick: turn(-1) }, icon('back'));
  const on = make('button', { type: 'button', class: 'turn on', 'aria-label': words.next, onclick: turn(1) }, icon('forward'));
  const look = () => {
    const at = Math.abs(row.scrollLeft);
    // A button that has the focus stays, or the focus would be lost.
    for (const [button, useless] of [[back, at < 4], [on, at > row.scrollWidth - row.clientWidth - 4]]) {
      button.setAttribute('aria-disabled', String(useless));
    }
  };
  row.addEventListener('scroll', look, { passive: true });
  new ResizeObserver(look).observe(row);
  return [back, on];
}
