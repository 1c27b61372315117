// Files of a message: pictures, films, sound, and what is only a name to download.

import { icon, make, spoken } from './make.js';
import { safeSource } from './text.js';

// files draws the files of a message.
export function files(m, view) {
  return m.files.map((file) => {
    const source = safeSource(file.url || '');
    if (!source) return fileLine(file, null, view);
    switch (file.kind) {
      case 'image': return picture(file, source, view);
      case 'video': return player('video', file, source, view);
      case 'audio': return player('audio', file, source, view);
      default: return fileLine(file, source, view);
    }
  });
}

function picture(file, source, view) {
  const { words } = view;
  const shown = make('img', { src: source, alt: '', loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer', draggable: 'false' });
  const button = make('button', { type: 'button', class: 'picture', onclick: () => view.large(source, file, button) },
    shown, spoken([words.picture, file.name, words.enlarge].filter(Boolean).join(', ')));
  shown.addEventListener('error', () => button.replaceWith(lost(view)));
  return button;
}

// lost stands for a picture that did not come.
function lost(view) {
  return make('div', { class: 'file' }, icon('alert'), make('span', { class: 'quiet', text: view.words.pictureLost }));
}

function player(tag, file, source, view) {
  const label = [view.words[tag], file.name].filter(Boolean).join(', ');
  const node = make(tag, { class: tag, src: source, controls: true, preload: 'metadata', playsinline: true, 'aria-label': label });
  node.addEventListener('error', () => node.replaceWith(fileLine(file, source, view)));
  return node;
}

// fileLine is a file as a line: its name, what it is, how large, and the way to have it.
function fileLine(file, source, view) {
  const { words, clock } = view;
  const name = file.name || nameOf(source) || words[file.kind] || words.file;
  const [kind, size] = [kindOf(file, name), file.size ? clock.size(file.size) : ''];
  const inside = [
    make('span', { class: 'fileicon' }, icon('file')),
    make('span', { class: 'filewords' },
      make('bdi', { class: 'filename', text: name }),
      make('span', { class: 'fileabout' }, make('bdi', { text: kind }), kind && size && ' · ', make('bdi', { text: size }))),
  ];
  if (!source || file.pending) return make('div', { class: 'file' }, ...inside);
  return make('a', { class: 'file', href: source, download: file.name || '', target: '_blank', rel: 'noopener noreferrer nofollow' },
    ...inside, icon('save'), spoken(', ' + words.download));
}

function nameOf(source) {
  if (!source || source.startsWith('blob:')) return '';
  try {
    return decodeURIComponent(new URL(source).pathname.split('/').pop());
  } catch {
    return '';
  }
}

function kindOf(file, name) {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name || '');
  if (ending) return ending[1].toUpperCase();
  return file.type ? String(file.type).split(';')[0].split('/').pop().toUpperCase().slice(0, 12) : '';
}

// largeView makes the view of one picture over everything else: opened by large(source, file, from); Escape, the button and
// a click beside the picture close it, and the focus goes back to from.
export function largeView(words) {
  const shown = make('img', { alt: '', referrerpolicy: 'no-referrer' });
  const name = make('bdi', { class: 'largename' });
  const save = make('a', { class: 'round', target: '_blank', rel: 'noopener noreferrer nofollow', 'aria-label': words.download }, icon('save'));
  const close = make('button', { type: 'button', class: 'round', 'aria-label': words.close, onclick: () => dialog.close() }, icon('close'));
  const dialog = make('dialog', { class: 'large', 'aria-label': words.picture, onclick: (e) => { if (e.target === dialog || e.target === stage) dialog.close(); } });
  const stage = make('div', { class: 'stage' }, shown);
  dialog.append(make('div', { class: 'largebar' }, name, save, close), stage);
  let from = null;
  dialog.addEventListener('close', () => {
    shown.removeAttribute('src');
    if (from && from.isConnected) from.focus();
  });
  return {
    node: dialog,
    open(source, file, opener) {
      from = opener;
      shown.src = source;
      shown.alt = file.name || words.picture;
      name.textContent = file.name || '';
      save.href = source;
      save.download = file.name || '';
      dialog.showModal();
      close.focus();
    },
  };
}
