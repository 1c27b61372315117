// What the loader stands on: where it came from, what it says on the console, and how it makes elements. The files of this
// folder become one script with one scope; given, which holds the words and the looks of the pages, stands before them.

// The name under which a document remembers that the loader is there, however often it is embedded.
const here = Symbol.for('frontdesk');

// The address that the loader came from, without its own path: the chat is there too.
const base = addressOf(document.currentScript) || addressOf(scriptHere()) || location.origin;
const origin = new URL(base).origin;
const words = given.words;

function scriptHere() {
  return [...document.scripts].find((script) => addressOf(script));
}

function addressOf(script) {
  const found = /^(https?:\/\/(?!connect\.facebook\.net).*?)(\/[a-z]{2,3}_[A-Z]{2})?\/sdk(\/xfbml\.customerchat)?\.js([?#].*)?$/.exec((script && script.src) || '');
  return found && found[1];
}

const said = new Set();

// say writes a line to the console, once.
function say(text, how = 'warn') {
  if (said.has(text) || said.size > 99) return;
  said.add(text);
  console[how]('frontdesk: ' + text);
}

// wrong says what is wrong with a value of the website's, or with there being none, and what is done instead.
function wrong(name, value, why, instead) {
  const shown = value === undefined ? '' : '=' + JSON.stringify(value);
  say(name + (shown.length > 121 ? shown.slice(0, 121) + '…' : shown) + ' ' + why + '; ' + instead);
}

// later runs what a website gave us, so that its errors are the website's and end nothing of ours.
function safely(fn, ...values) {
  try {
    return fn(...values);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

// make makes an element by CSSOM and attributes alone, which the strictest Content-Security-Policy allows.
function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const key of Object.keys(attributes)) {
    if (key === 'on') element.addEventListener('click', attributes.on);
    else if (attributes[key] !== false) element.setAttribute(key, attributes[key]);
  }
  element.append(...inside);
  return element;
}

// shape draws an icon of lines.
function shape(path, filled) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  if (filled) svg.setAttribute('class', 'filled');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

function isObject(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function');
}
