// The chat's window: an iframe of the platform's, and the port between it and us. It is made when the visitor opens the
// chat, or in an idle moment for one who has a conversation, so that new messages are counted.

const patience = 10000;
let frame = null;
let pane = null;
let port = null;
let told = '';
let before = null; // what had the focus when the window was opened
let scroll = ''; // the page's own overflow while a phone shows the chat

function loadFrame() {
  if (frame) return;
  frame = make('iframe', {
    title: words.title, allow: 'camera; microphone; clipboard-write; fullscreen', referrerpolicy: 'strict-origin-when-cross-origin',
  });
  pane = make('div', { class: 'window', hidden: '' }, frame, make('div', { class: 'wait' }));
  waiting();
  corner.all.append(pane);
  addEventListener('message', greeted);
  document.addEventListener('securitypolicyviolation', forbidden);
  frame.addEventListener('load', () => port || setTimeout(missing, 2000));
  setTimeout(missing, patience);
  frame.src = frameAddress();
}

function frameAddress() {
  return base + '/plugin/frame?page_id=' + encodeURIComponent(chat.page) + '&locale=' + given.locale;
}

// greeted answers the frame's greeting with a port of its own. Nobody else is answered, and nobody else hears it.
function greeted(event) {
  const { data } = event;
  if (event.source !== frame.contentWindow || event.origin !== origin) return;
  if (!isObject(data) || data.frontdesk !== 1 || data.hello !== chat.page) return;
  if (port) port.close(); // the frame was loaded again
  const channel = new MessageChannel();
  port = channel.port1;
  port.onmessage = ({ data }) => isObject(data) && heard(data);
  told = JSON.stringify(pageNow());
  event.source.postMessage({
    frontdesk: 1,
    init: { page_id: chat.page, ...pageNow(), theme_color: chat.set.theme, saved: forFrame(), open: chat.dialog === 'window', phone: narrow.matches },
  }, origin, [channel.port2]);
}

// pageNow is what the frame may know of the page around it.
function pageNow() {
  return {
    ref: chat.set.ref, page_url: location.href.slice(0, maxRef), referrer: document.referrer.slice(0, maxRef), title: document.title.slice(0, 300),
    greeting: chat.look.greeting || '', logged_in_greeting: chat.set.loggedIn, logged_out_greeting: chat.set.loggedOut,
    customer: chat.set.customer,
  };
}

// tellPage tells the frame that the visitor is somewhere else, or that the website has changed its mind.
function tellPage() {
  if (!port) return;
  const page = pageNow();
  const now = JSON.stringify(page);
  if (now === told) return;
  told = now;
  port.postMessage({ do: 'page', ...page });
}

function tellFrame(message) {
  if (port) port.postMessage(message);
}

// heard does what the frame says.
function heard(message) {
  switch (message.do) {
    case 'save':
      remember(onlyFrames(message.saved));
      break;
    case 'unread':
      count(message.count);
      peek(chat.unread ? message.text : '');
      break;
    case 'open':
      setDialog('window');
      break;
    case 'close':
      closedByVisitor();
      break;
    case 'began':
      chat.began = true;
      break;
    case 'ready':
      ready();
      break;
    case 'refused':
      say(String(message.message || message.wrong), 'error');
      break;
  }
}

function ready() {
  const wait = pane.querySelector('.wait');
  if (wait) wait.remove();
  if (chat.focus && chat.dialog === 'window') frame.focus();
}

// waiting covers the frame until it is ready. On a phone it would else be a white page without a way back.
function waiting(failed) {
  const wait = pane.querySelector('.wait');
  if (!wait) return;
  wait.replaceChildren(
    make('button', { type: 'button', class: 'cross', 'aria-label': words.close, on: closedByVisitor }, shape(cross)),
    make('p', { role: 'status' }, failed ? words.failed : words.loading),
    ...(failed ? [make('button', { type: 'button', class: 'again', on: again }, words.again)] : [make('div', { class: 'bar' })]),
  );
}

function again() {
  waiting();
  setTimeout(missing, patience);
  frame.src = frameAddress();
}

// missing says why there is no chat, if the platform knows.
function missing() {
  if (port) return;
  waiting(true);
  const unknown = () => say('the chat from ' + base + ' has not answered; is it reachable, and may this page show frames of it?', 'error');
  fetch(base + '/plugin/embed?page_id=' + encodeURIComponent(chat.page), { credentials: 'omit' })
    .then((answer) => answer.json())
    .then((answer) => (answer && answer.message ? say(answer.message, 'error') : unknown()))
    .catch(unknown);
}

function forbidden(event) {
  if (port || !/^(frame|child|default)-src/.test(event.effectiveDirective) || event.blockedURI.indexOf(origin) !== 0) return;
  say("the page's Content-Security-Policy does not allow the chat's window; add " + origin + ' to its frame-src', 'error');
  waiting(true);
}

// showWindow shows it, and hands it the focus where a visitor's hand has opened it.
function showWindow() {
  loadFrame();
  before = document.activeElement === corner.host ? corner.button : document.activeElement;
  pane.hidden = false;
  fit();
  tellPage();
  tellFrame({ do: 'open', focus: chat.focus });
  const wait = pane.querySelector('.wait');
  if (chat.focus) (wait ? wait.querySelector('.cross') : frame).focus();
}

function hideWindow() {
  if (!pane || pane.hidden) return;
  const inside = document.activeElement === corner.host;
  pane.hidden = true;
  fit();
  tellFrame({ do: 'close' });
  if (inside) (before && before !== document.body && before.isConnected ? before : corner.button).focus();
}

// fit makes the window as large as a phone's screen is, less its keyboard, and keeps the page below it where it is.
function fit() {
  if (!pane) return;
  const full = narrow.matches && !pane.hidden;
  const view = window.visualViewport;
  pane.style.setProperty('--top', full && view ? view.offsetTop + 'px' : '0px');
  pane.style.setProperty('--high', full && view ? view.height + 'px' : '100%');
  const page = document.documentElement.style;
  if (full && !corner.held) {
    scroll = page.overflow;
    page.setProperty('overflow', 'hidden');
  } else if (!full && corner.held) page.overflow = scroll;
  corner.held = full;
}
