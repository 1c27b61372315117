// The emoji: a small table of those that people use, in groups, gone through by arrow keys.

import { icon, make } from './make.js';
import { popup } from './popup.js';

const groups = [
  ['emojiFaces', '😀 😄 😁 😆 😅 😂 🤣 🙂 😉 😊 😍 🥰 😘 😋 😜 🤔 🤨 😐 🙄 😏 😴 😎 🤓 🥳 😕 😟 😮 😳 🥺 😢 😭 😤 😡 🤯 😱 🤗 🤭 🤫 😬 🤒'],
  ['emojiHands', '👍 👎 👌 ✌️ 🤞 👏 🙌 🙏 🤝 💪 👋 ✋ 👉 👇 ☝️ 🤷 🙋 🙈'],
  ['emojiHearts', '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 ✨ ⭐ 🔥 🎉'],
  ['emojiNature', '🌞 🌙 🌧️ ❄️ 🌈 🌸 🌹 🌻 🍀 🌳 🐶 🐱 🐰 🦊 🐝 🦋'],
  ['emojiFood', '☕ 🍵 🍺 🍷 🍰 🎂 🍪 🍫 🍕 🍔 🥗 🍎 🍓 🍌'],
  ['emojiThings', '📷 📦 🚚 🚲 🚗 ✈️ 🏠 🎁 💡 🔧 🔑 💳 🛒 📱 💻 📅 ⏰ 📍 ✅ ❌ ❓ ❗ ➡️ ⬅️'],
];

const columns = 8;

// emojiView makes the button and the panel of emoji; picked is called with each that is taken.
export function emojiView({ words }, picked) {
  const button = make('button', { type: 'button', class: 'round', 'aria-label': words.emoji, title: words.emoji }, icon('emoji'));
  const panel = make('div', { class: 'panel emojipanel', role: 'dialog', 'aria-label': words.emoji, hidden: true });
  const box = popup(button, panel, 'dialog');
  const cells = []; // rows over all groups, of buttons
  button.addEventListener('click', () => {
    if (cells.length === 0) fillPanel();
    box.toggle();
  });
  return { button, panel, close: box.close };

  function fillPanel() {
    for (const [name, list] of groups) {
      const grid = make('div', { class: 'emojigrid', role: 'group', 'aria-label': words[name] });
      let row = null;
      list.split(' ').forEach((emoji, i) => {
        if (i % columns === 0) cells.push((row = []));
        const cell = make('button', { type: 'button', class: 'cell', tabindex: cells.length === 1 && i === 0 ? '0' : '-1', onclick: () => {
          picked(emoji);
          go(cell);
        } }, emoji);
        row.push(cell);
        grid.append(cell);
      });
      panel.append(make('h2', { class: 'emojiname', text: words[name] }), grid);
    }
    panel.addEventListener('keydown', walk);
  }

  function walk(e) {
    const y = cells.findIndex((row) => row.includes(document.activeElement));
    if (y < 0) return;
    const x = cells[y].indexOf(document.activeElement);
    const rtl = getComputedStyle(panel).direction === 'rtl' ? -1 : 1;
    const flat = cells.flat();
    const at = flat.indexOf(document.activeElement);
    const to = {
      ArrowRight: flat[at + rtl],
      ArrowLeft: flat[at - rtl],
      ArrowDown: cells[y + 1] && (cells[y + 1][x] || cells[y + 1].at(-1)),
      ArrowUp: cells[y - 1] && (cells[y - 1][x] || cells[y - 1].at(-1)),
      Home: flat[0],
      End: flat.at(-1),
    };
    if (!(e.key in to)) return;
    e.preventDefault();
    if (to[e.key]) go(to[e.key]);
  }

  // go makes a cell the one that Tab comes to.
  function go(cell) {
    for (const one of cells.flat()) one.tabIndex = one === cell ? 0 : -1;
    cell.focus();
  }
}
