// Elements, made without markup: what comes from outside is only ever the text of a node or the value of an attribute.

const svg = 'http://www.w3.org/2000/svg';

// make makes an element. A prop that begins with "on" is a listener, one that is a field of the element (text, hidden,
// disabled …) is set as that, everything else is an attribute; null, undefined and false leave it out. Children are
// nodes or strings, and what is none of them is left out.
export function make(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'text') node.textContent = value;
    else if (name === 'class') node.className = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

// shapes are the icons, on a field of 24 by 24.
const shapes = {
  send: ['M5 12h13', 'M12.5 5.5 19 12l-6.5 6.5'],
  attach: ['M12 5v14', 'M5 12h14'],
  emoji: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z', 'M8.5 14.2a4.2 4.2 0 0 0 7 0', 'M9 9.6v.3', 'M15 9.6v.3'],
  menu: ['M4 7h16', 'M4 12h16', 'M4 17h10'],
  minimise: ['m6 9.5 6 6 6-6'],
  down: ['M12 5v14', 'm6 13 6 6 6-6'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  bell: ['M6.5 10a5.5 5.5 0 0 1 11 0c0 4.8 2 6 2 6.5h-15c0-.5 2-1.7 2-6.5Z', 'M10 19.5a2.2 2.2 0 0 0 4 0'],
  belloff: ['M8.3 5.9A5.5 5.5 0 0 1 17.5 10c0 2.3.5 3.9 1 4.9', 'M16.5 16.5h-12c0-.5 2-1.7 2-6.5', 'M10 19.5a2.2 2.2 0 0 0 4 0', 'M4 4l16 16'],
  clock: ['M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z', 'M12 8.5V12l2.5 1.5'],
  tick: ['m5 12.5 4.5 4.5L19 7.5'],
  ticks: ['m2.5 12.5 4 4 8.5-8.5', 'm11.5 15 1.5 1.5L21.5 8'],
  alert: ['M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z', 'M12 8v4.5', 'M12 15.7v.3'],
  out: ['M8 16 16.5 7.5', 'M9.5 7.5h7v7'],
  phone: ['M6 4.5h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3c0 1-.8 1.8-1.8 1.7A15.5 15.5 0 0 1 4.3 6.3C4.2 5.3 5 4.5 6 4.5Z'],
  mail: ['M4 6.5h16v11H4Z', 'm4.5 7 7.5 6 7.5-6'],
  file: ['M7 3.5h7l4 4v13H7Z', 'M14 3.5v4h4'],
  camera: ['M4 8h3.5l1.5-2.5h6L16.5 8H20v11H4Z', 'M12 10a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6Z'],
  save: ['M12 4.5v10', 'm8 10.5 4 4 4-4', 'M5 19h14'],
  back: ['m14.5 6-6 6 6 6'],
  forward: ['m9.5 6 6 6-6 6'],
  answer: ['M10 7 5 12l5 5', 'M5.5 12H14a5 5 0 0 1 5 5'],
  retry: ['M19 12a7 7 0 1 1-2.2-5.1', 'M19 4.5v4h-4'],
  chat: ['M4.5 5.5h15v10.5H11l-4 3.5V16H4.5Z'],
};

// icon draws one of the shapes. It says nothing to screen readers: the control it is in has a name of its own.
export function icon(name) {
  const node = document.createElementNS(svg, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon icon-' + name, 'aria-hidden': 'true', focusable: 'false' })) {
    node.setAttribute(key, value);
  }
  for (const d of shapes[name]) {
    const path = document.createElementNS(svg, 'path');
    path.setAttribute('d', d);
    node.append(path);
  }
  return node;
}

// spoken is text for screen readers alone.
export function spoken(text) {
  return make('span', { class: 'spoken', text });
}

// fill puts values into the places of a sentence: fill('{n} of {all}', {n: 1, all: 3}).
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
