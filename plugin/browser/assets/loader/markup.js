// The website's markup: what stands in div.fb-customerchat, checked. Each fault is one line on the console, and something
// sensible is done instead.

const maxGreeting = 80;
const maxRef = 2083;
const maxDelay = 24 * 60 * 60;
const ours = [
  'page_id', 'ref', 'theme_color', 'logged_in_greeting', 'logged_out_greeting', 'greeting_dialog_display', 'greeting_dialog_delay',
  'minimized', 'customer', 'attribution',
];
// Pages without a viewport of their own are as wide on a phone as on a desk: there the device's width tells.
const narrow = matchMedia('(max-width: 600px), (max-device-width: 600px), (max-height: 480px) and (pointer: coarse)');

// pageOf is the page that a div names, or the only one there is.
function pageOf(div) {
  const named = div.getAttribute('page_id');
  const id = (named || '').trim();
  if (id in bare(given.pages)) return id;
  const all = Object.keys(given.pages);
  const why = !id ? 'is missing' : /^\d+$/.test(id) ? 'is no page of ' + base : 'is not the digits of a page';
  const only = all.length === 1 ? all[0] : '';
  wrong('page_id', id ? named : undefined, why, only ? 'the only page there, ' + only + ', is used' : 'no chat is shown');
  return only;
}

// settingsOf reads a div. over is what the website has set by script since: it goes before the markup.
function settingsOf(div, look, over) {
  const read = (name, good, otherwise, why) => {
    const value = name in over ? over[name] : div.getAttribute(name);
    if (value === null || value === undefined || value === '') return otherwise;
    const taken = good(value);
    if (taken !== undefined) return taken;
    wrong(name, value, why, otherwise === '' || otherwise === null ? 'none is used' : JSON.stringify(otherwise) + ' is used');
    return otherwise;
  };
  const minimized = read('minimized', (v) => bare({ true: 'hide', false: 'show' })[String(v).trim().toLowerCase()],
    look.greeting_dialog_display || (narrow.matches ? 'hide' : 'show'), 'is neither true nor false');
  misspelt(div);
  return {
    ref: read('ref', oneLine, look.ref || '', 'is not one line of at most ' + maxRef + ' characters'),
    theme: read('theme_color', colour, look.theme_color || '#0084FF', 'is not # and six hexadecimal digits other than white'),
    loggedIn: read('logged_in_greeting', (v) => greetingOf('logged_in_greeting', v), '', 'is no text'),
    loggedOut: read('logged_out_greeting', (v) => greetingOf('logged_out_greeting', v), '', 'is no text'),
    display: read('greeting_dialog_display', (v) => ['show', 'hide', 'fade'].find((word) => word === String(v).trim().toLowerCase()),
      minimized, 'is not show, hide or fade'),
    delay: read('greeting_dialog_delay', seconds, look.greeting_dialog_delay || 0, 'is no number of seconds from 0 to ' + maxDelay),
    customer: read('customer', customerOf, null, 'is not the JSON of a customer with id, expires and signature'),
  };
}

function oneLine(value) {
  if (typeof value === 'string' && value.length <= maxRef && !/[\u0000-\u001f\u007f-\u009f]/.test(value)) return value;
}

function colour(value) {
  const text = String(value).trim();
  if (/^#[0-9a-f]{6}$/i.test(text) && !/^#f{6}$/i.test(text)) return text;
}

function seconds(value) {
  const text = String(value).trim();
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && Number(text) <= maxDelay) return Number(text);
}

function greetingOf(name, value) {
  if (typeof value !== 'string') return;
  const letters = Array.from(value);
  if (letters.length <= maxGreeting) return value;
  wrong(name, value, 'has ' + letters.length + ' characters', 'the first ' + maxGreeting + ' are used');
  return letters.slice(0, maxGreeting).join('');
}

// customerOf is whom the website vouches for. Whether the signature holds the platform says.
function customerOf(value) {
  let customer = value;
  if (typeof value === 'string') {
    try {
      customer = JSON.parse(value);
    } catch (_) {
      return;
    }
  }
  if (isObject(customer) && customer.id && customer.signature && Number(customer.expires) > 0) return { ...customer };
}

// misspelt finds names that are nearly ours: the old plugin read none of them either.
function misspelt(div) {
  for (const { name, value } of [...div.attributes]) {
    const meant = name.replace(/^data-/, '').replace(/-/g, '_');
    if (meant !== name && ours.includes(meant) && !div.hasAttribute(meant)) wrong(name, value, 'is not read', 'write ' + meant);
  }
}

// inkOn is the colour that can be read on another: white where it can be, as everybody expects of such buttons.
function inkOn(theme, least) {
  const part = (at) => {
    const v = parseInt(theme.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  return 1.05 / (light + 0.05) >= least ? '#ffffff' : '#111111';
}
