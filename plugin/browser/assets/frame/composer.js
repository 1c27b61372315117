// Where the visitor writes: the field, emoji, files, the menu.

import { emojiView } from './view/emoji.js';
import { menuView } from './view/menu.js';
import { popup } from './view/popup.js';
import { trayView } from './view/tray.js';
import { fill, icon, make } from './view/make.js';

const most = 2000; // characters of a message, in UTF-16 units, as the platform counts them
const tallest = 132; // pixels the field grows to
const warn = 200; // characters before that from which the count is shown

// composerView draws the composer. Its overlay lies over the whole frame while files are dragged over it.
export function composerView(view) {
  const { talk, words } = view;
  const touch = matchMedia('(pointer: coarse)');
  const count = make('p', { class: 'count', id: 'count', role: 'status' });
  const input = make('textarea', { class: 'input', rows: '1', placeholder: words.write, 'aria-label': words.write, 'aria-describedby': 'count', autocomplete: 'off', enterkeyhint: touch.matches ? 'enter' : 'send' });
  const tray = trayView(view, () => look());
  const emoji = emojiView(view, insert);
  const menu = menuView(view);
  const send = make('button', { type: 'submit', class: 'round filled send', 'aria-label': words.send }, icon('send'));
  const field = make('div', { class: 'field' }, input, emoji.button);
  const line = make('div', { class: 'line' }, menu.button, attach(), field, send);
  const form = make('form', { class: 'composer', 'aria-label': words.write, hidden: true, onsubmit: (e) => {
    e.preventDefault();
    submit();
  } }, tray.node, count, line, emoji.panel, menu.panel);
  const overlay = make('div', { class: 'overlay', hidden: true }, make('p', {}, icon('attach'), words.drop));

  input.addEventListener('input', () => {
    look();
    if (input.value) talk.typing();
  });
  input.addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    if (touch.matches && !e.ctrlKey && !e.metaKey) return; // there Enter makes lines, and the button sends
    e.preventDefault();
    submit();
  });
  input.addEventListener('paste', (e) => {
    const files = [...(e.clipboardData ? e.clipboardData.files : [])];
    if (files.length === 0) return;
    e.preventDefault();
    tray.add(files);
  });
  drag();
  look();

  return {
    node: form,
    overlay,
    focus: () => input.focus({ preventScroll: true }),
    update(state) {
      form.hidden = state.phase !== 'chat';
      const items = state.page.menu || [];
      const menuOnly = Boolean(state.page.composerDisabled);
      form.classList.toggle('menuonly', menuOnly);
      menu.update(items, menuOnly);
      line.hidden = menuOnly;
      if (menuOnly) tray.clear();
    },
  };

  // look fits the field to its words, and says how many are left when few are.
  function look() {
    input.dir = input.value ? 'auto' : words.dir;
    input.style.height = 'auto';
    const high = input.scrollHeight; // 0 while the composer is hidden
    input.style.height = high > 0 ? Math.min(high, tallest) + 'px' : '';
    input.classList.toggle('full', high > tallest);
    const left = most - input.value.trim().length;
    const says = left < 0 ? fill(words.tooLong, { n: view.clock.number(-left) }) : left < warn ? fill(words.left, { n: view.clock.number(left) }) : '';
    if (count.textContent !== says) count.textContent = says;
    count.classList.toggle('over', left < 0);
    if (left < 0) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    const ready = left >= 0 && (left < most || !tray.empty());
    send.setAttribute('aria-disabled', String(!ready));
    send.classList.toggle('ready', ready);
  }

  function submit() {
    const text = input.value.trim();
    if (text.length > most || (text === '' && tray.empty())) {
      input.focus();
      return;
    }
    const files = tray.take();
    if (files.length > 0) talk.sendFiles(files);
    if (text !== '') talk.say(text);
    input.value = '';
    emoji.close();
    look();
    input.focus();
  }

  // insert puts an emoji where the cursor is.
  function insert(text) {
    input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end');
    look();
    talk.typing();
  }

  function attach() {
    const any = make('input', { type: 'file', multiple: true, tabindex: '-1', 'aria-hidden': 'true', class: 'chooser', onchange: chosen });
    const camera = make('input', { type: 'file', accept: 'image/*', capture: 'environment', tabindex: '-1', 'aria-hidden': 'true', class: 'chooser', onchange: chosen });
    const button = make('button', { type: 'button', class: 'round attach', 'aria-label': words.attach, title: words.attach }, icon('attach'));
    const item = (name, text, chooser) => make('button', { type: 'button', class: 'item', role: 'menuitem', onclick: () => {
      box.close();
      chooser.click();
    } }, icon(name), text);
    const panel = make('div', { class: 'panel small', role: 'menu', 'aria-label': words.attach, hidden: true },
      item('file', words.attachFile, any), item('camera', words.takePicture, camera));
    const box = popup(button, panel, 'menu');
    button.addEventListener('click', () => (touch.matches ? box.toggle() : any.click()));
    return make('div', { class: 'attaching' }, button, panel, any, camera);
  }

  function chosen(e) {
    tray.add([...e.target.files]);
    e.target.value = '';
    input.focus();
  }

  // drag takes files that are dropped anywhere on the frame.
  function drag() {
    const carries = (e) => !form.hidden && !line.hidden && e.dataTransfer && [...e.dataTransfer.types].includes('Files');
    document.addEventListener('dragover', (e) => {
      if (!carries(e)) return;
      e.preventDefault();
      overlay.hidden = false;
    });
    document.addEventListener('dragleave', (e) => {
      if (!e.relatedTarget) overlay.hidden = true;
    });
    document.addEventListener('drop', (e) => {
      overlay.hidden = true;
      if (!e.dataTransfer || e.dataTransfer.files.length === 0) return;
      e.preventDefault(); // or the frame would go to the file
      if (carries(e)) tray.add([...e.dataTransfer.files]);
    });
  }
}
