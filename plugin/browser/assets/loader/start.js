// The beginning: find what the website has written, whenever it comes, and begin once.

const roots = []; // where to look: the document, or what FB.XFBML.parse was given
let watching = false;
let due = false;

// parse looks for the chat in an element, or everywhere, from now on.
function parse(element, done) {
  const root = typeof element === 'string' ? document.getElementById(element) : element;
  roots.push(root instanceof Node && root !== document.body ? root : document);
  if (!watching) {
    watching = true;
    new MutationObserver(seek).observe(document, { childList: true, subtree: true });
  }
  due = true;
  setTimeout(() => {
    due = false;
    seek();
    if (typeof done === 'function') safely(done);
    fire('xfbml.render');
  });
}

// seek takes the first div there is. One that replaces it, as single-page apps draw them anew, is the same chat.
function seek() {
  if (due) return; // parse will look, when the script that called it has subscribed to what it wants to hear
  stay();
  const all = [...document.getElementsByClassName('fb-customerchat')].filter((div) => roots.some((root) => root.contains(div)));
  const div = all[0];
  if (chat.loaded) tellPage();
  if (!div || (chat.div && chat.div.isConnected)) {
    if (all.length > 1) say('there is more than one fb-customerchat on this page; the first is used');
    return;
  }
  const anew = !!chat.div;
  chat.div = div;
  new MutationObserver((changes) => changed(div, changes)).observe(div, { attributes: true, attributeFilter: ours });
  if (all.length > 1) say('there is more than one fb-customerchat on this page; the first is used');
  if (anew && chat.loaded) renew();
  else if (div.hasAttribute('page_id')) draw(div);
  else setTimeout(() => chat.div === div && !chat.page && draw(div), 3000); // a script may be about to set it
}

function changed(div, changes) {
  if (chat.div !== div) return;
  for (const { attributeName } of changes) delete chat.over[attributeName]; // the markup has the last word now
  if (!chat.loaded) draw(div);
  else renew();
}

// draw begins, and notes in the page's timeline how long it took.
function draw(div) {
  timed('frontdesk draw', () => chat.loaded || begin(div));
}

function timed(name, fn) {
  const start = performance.now();
  fn();
  try {
    performance.measure(name, { start, end: performance.now() });
  } catch (_) {
    // an old browser has no such measure
  }
}

// whenAlone waits for the SDK that still does logins, where a page has it too: it gives its FB only to pages without one.
function whenAlone(fn) {
  const other = window.FB ? null : [...document.scripts].find((script) => /^https?:\/\/connect\.facebook\.net\/.*\/(sdk|all)\.js/.test(script.src));
  if (!other) {
    fn();
    return;
  }
  let once = () => {
    once = () => {};
    fn();
  };
  for (const name of ['load', 'error']) other.addEventListener(name, () => setTimeout(() => once()));
  setTimeout(() => once(), 3000);
}

// meet is what the loader does when it is embedded: the first time, and again when a page embeds it twice.
function meet(script) {
  provide();
  // The oldest snippets say what to do behind the address: #xfbml=1&version=v3.2. Their listeners stand further down.
  const asked = new URLSearchParams(((script && script.src) || '').split('#')[1] || '');
  if (asked.get('xfbml') === '1' || asked.get('xfbml') === 'true') {
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', () => parse());
    else parse();
  }
  callInit();
}

if (window[here]) {
  window[here](document.currentScript);
} else {
  const script = document.currentScript;
  Object.defineProperty(window, here, bare({ value: meet }));
  timed('frontdesk start', () => whenAlone(() => {
    meet(script);
    // A function declared later comes without an assignment.
    for (const name of ['DOMContentLoaded', 'load']) addEventListener(name, callInit);
  }));
}
