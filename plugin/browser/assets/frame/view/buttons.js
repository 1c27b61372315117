// Buttons of a template, alone or on cards.

import { icon, make, spoken } from './make.js';
import { link, safeLink } from './text.js';

// buttons draws the buttons of a message, or of its card number card (null: of a button template).
export function buttons(m, card, list, view) {
  const shown = list.map((button, i) => one(m, card, button, i, view)).filter(Boolean);
  const all = shown.length === list.length;
  return make('div', { class: 'buttons' }, ...shown, !all && make('p', { class: 'quiet', text: view.words.cantShowPart }));
}

function one(m, card, button, i, { words, talk }) {
  const title = make('span', { dir: 'auto', text: button.title || '' });
  if (button.type === 'postback') {
    const chosen = isChosen(m, card, i);
    return make('button', { type: 'button', class: chosen ? 'button chosen' : 'button', onclick: () => talk.press(m.mid, card, i) },
      chosen && icon('tick'), title, chosen && spoken(` (${words.chosen})`));
  }
  if (button.type === 'web_url' && isWeb(button.url)) {
    return link(safeLink(button.url), words, { class: 'button' }, title, icon('out'));
  }
  if (button.type === 'phone_number') {
    const number = String(button.payload || '').replace(/[^\d+*#]/g, '');
    if (number) return make('a', { class: 'button', href: 'tel:' + number }, icon('phone'), title);
  }
  return null; // of a kind that the chat plugin never had (ref. 7.5)
}

// isWeb reports whether an address is one of the web: a button may not lead into a telephone by another name.
export function isWeb(url) {
  const to = safeLink(url);
  return to !== null && to.startsWith('http');
}

// isChosen reports whether button i of a card is the one that was tapped last.
function isChosen(m, card, i) {
  return m.chosen === i && (m.chosenCard ?? null) === card;
}
