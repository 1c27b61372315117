// The head of the frame: whose chat it is, the sound, and the way out.

import { icon, make } from './make.js';

// avatar is the page's picture: the first letter of its name on its colour.
export function avatar() {
  const node = make('span', { class: 'avatar', 'aria-hidden': 'true' });
  return {
    node,
    update(name) {
      const letter = Array.from(name.trim())[0];
      if (node.dataset.letter === (letter || '') && node.firstChild) return;
      node.dataset.letter = letter || '';
      node.replaceChildren(letter ? letter.toLocaleUpperCase() : icon('chat'));
    },
  };
}

// headerView draws the head.
export function headerView(view) {
  const { talk, words } = view;
  const face = avatar();
  const name = make('h1', { dir: 'auto', tabindex: '-1' });
  const sound = make('button', { type: 'button', class: 'round', 'aria-label': words.sound, onclick: () => talk.setSound(!talk.state.sound) });
  const minimise = make('button', { type: 'button', class: 'round', 'aria-label': words.minimise, title: words.minimise, onclick: () => talk.close() }, icon('minimise'));
  const node = make('header', { class: 'head' }, face.node, make('div', { class: 'headwords' }, name), sound, minimise);
  let heard = null;
  return {
    node,
    minimise,
    focus: () => name.focus({ preventScroll: true }),
    update(state) {
      const called = view.title();
      face.update(view.title());
      if (name.textContent !== called) name.textContent = called;
      sound.hidden = state.phase !== 'chat';
      if (heard !== state.sound) {
        heard = state.sound;
        sound.setAttribute('aria-pressed', String(Boolean(state.sound)));
        sound.title = state.sound ? words.soundOn : words.soundOff;
        sound.replaceChildren(icon(state.sound ? 'bell' : 'belloff'));
      }
    },
  };
}
