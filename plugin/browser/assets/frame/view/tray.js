// The files that go with the next message: seen before they are sent, and taken out again where one was the wrong one.

import { fill, icon, make } from './make.js';

const megabyte = 1048576;
const maxPicture = 8 * megabyte; // as the platform takes them (ref. 3.6)
const maxFile = 25 * megabyte;
const pictures = /^image\/(png|jpeg|gif)$/;
const most = 10; // files at once

// trayView draws the files; changed is called when there are more or fewer.
export function trayView(view, changed) {
  const { words, clock } = view;
  const node = make('ul', { class: 'tray', role: 'list', 'aria-label': words.toSend, hidden: true });
  let files = [];

  function draw() {
    node.hidden = files.length === 0;
    changed();
  }

  function remove(entry) {
    files = files.filter((one) => one !== entry);
    if (entry.preview) URL.revokeObjectURL(entry.preview);
    entry.node.remove();
    draw();
  }

  function add(list) {
    view.notice('');
    for (const file of list.slice(0, most - files.length)) {
      const picture = pictures.test(file.type);
      if (file.size > (picture ? maxPicture : maxFile)) {
        view.notice(fill(words.tooLarge, { name: file.name }));
        continue;
      }
      const entry = { file, preview: picture ? URL.createObjectURL(file) : null };
      const name = file.name || words.picture;
      entry.node = make('li', { class: 'staged' },
        entry.preview ? make('img', { src: entry.preview, alt: '' }) : make('span', { class: 'fileicon' }, icon('file')),
        make('span', { class: 'filewords' }, make('bdi', { class: 'filename', text: name }), make('span', { class: 'fileabout', text: clock.size(file.size) })),
        make('button', { type: 'button', class: 'round', 'aria-label': fill(words.remove, { name }), onclick: () => {
          const next = entry.node.nextElementSibling || entry.node.previousElementSibling;
          remove(entry);
          const to = next ? next.querySelector('button') : node.parentElement.querySelector('textarea');
          if (to) to.focus();
        } }, icon('close')));
      files.push(entry);
      node.append(entry.node);
    }
    draw();
  }

  return {
    node,
    add,
    empty: () => files.length === 0,
    // take hands out the files and leaves none.
    take() {
      const taken = files.map((entry) => entry.file);
      for (const entry of files.slice()) remove(entry);
      return taken;
    },
    clear() {
      for (const entry of files.slice()) remove(entry);
    },
  };
}
