// The chat as the website and its visitor see it: shown or hidden, with the greeting, the window or neither.

const chat = {
  div: null, page: '', look: null, set: null, over: bare(),
  loaded: false, shown: false, dialog: '', began: false, unread: '', focus: false, peeking: false,
};

// begin draws the chat that a div asks for.
function begin(div) {
  const page = pageOf(div);
  if (!page) return;
  const look = bare(given.pages[page]);
  Object.assign(chat, { page, look, set: settingsOf(div, look, chat.over) });
  if (!mayRender(look)) return;
  recall(page, otherTab);
  chat.began = !!kept.token;
  drawCorner(look);
  nameButton();
  narrow.addEventListener('change', () => {
    place();
    fit();
  });
  if (window.visualViewport) for (const name of ['resize', 'scroll']) visualViewport.addEventListener(name, fit);
  followPage();
  chat.loaded = true;
  fire('customerchat.load');
  setShown(true);
  greet();
  if (kept.token) idly(loadFrame);
}

// mayRender says on the console why nothing is drawn. A customer whose age the website has signed is no guest: whether the
// signature holds the platform sees.
function mayRender(look) {
  const customer = chat.set.customer;
  if (look.render || (look.why === 'age' && customer && Number(customer.age) >= look.minimum_age)) return true;
  say(look.message || 'the chat is not shown here', look.why === 'origin' || look.why === 'referrer' ? 'error' : 'info');
  return false;
}

// greet opens what is to be seen from the start. What the visitor did last goes before what the website wants.
function greet() {
  if (kept.open === true) setDialog('window');
  if (kept.open !== undefined || chat.set.display === 'hide') return;
  cardTimer = setTimeout(() => {
    if (chat.dialog || !chat.shown || kept.open !== undefined) return;
    setDialog('card', greetingNow());
    if (chat.set.display === 'fade') fadeCard();
  }, chat.set.delay * 1000);
}

function greetingNow() {
  const { loggedIn, loggedOut, customer } = chat.set;
  return (customer ? loggedIn : loggedOut) || chat.look.greeting || words.hello;
}

// peek shows a message that has come while the chat is closed, until it is read.
function peek(text) {
  if (chat.dialog === 'window' || !chat.shown) return;
  if (text && typeof text === 'string') setDialog('card', Array.from(text).slice(0, 200).join(''));
  else if (!chat.unread && chat.peeking) setDialog('');
  chat.peeking = chat.dialog === 'card' && !!text;
}

// setDialog changes what is open, and tells the website when something is and when nothing is any more.
function setDialog(next, text) {
  const last = chat.dialog;
  if (next === last && next !== 'card') return;
  chat.dialog = next;
  dropCard();
  if (next === 'card') drawCard(text);
  nameButton(); // it must be there before it can have the focus
  if (next === 'window') showWindow();
  else hideWindow();
  if (!last && next) fire('customerchat.dialogShow');
  if (last && !next) fire('customerchat.dialogHide');
}

function setShown(shown) {
  if (chat.shown === shown) return;
  chat.shown = shown;
  corner.all.hidden = !shown;
  fire(shown ? 'customerchat.show' : 'customerchat.hide');
}

// What a visitor does by hand is remembered; what scripts do is not.

function openedByVisitor() {
  remember({ open: true });
  chat.focus = true;
  setDialog('window');
}

function closedByVisitor() {
  remember({ open: false });
  setDialog('');
}

function pressed() {
  if (chat.dialog === 'window') closedByVisitor();
  else openedByVisitor();
}

// openedByScript hands the focus on only where the script answers a visitor's press of something.
function openedByScript() {
  chat.focus = !!(navigator.userActivation && navigator.userActivation.isActive);
  setDialog('window');
}

// otherTab takes over what another tab of the website has remembered.
function otherTab() {
  if (kept.token) {
    chat.began = true;
    idly(loadFrame);
  }
  tellFrame({ do: 'saved', saved: forFrame() });
}

// renew reads the markup again, after a script has changed it.
function renew() {
  if (!chat.loaded) return;
  chat.set = settingsOf(chat.div, chat.look, chat.over);
  place();
  tellPage();
}

// followPage notices where a single-page app takes its visitor. Its history is the website's own: we only look.
function followPage() {
  for (const name of ['popstate', 'hashchange']) addEventListener(name, () => setTimeout(tellPage));
  if (window.navigation) navigation.addEventListener('currententrychange', () => setTimeout(tellPage));
}

function idly(fn) {
  if (window.requestIdleCallback) requestIdleCallback(fn, { timeout: 3000 });
  else setTimeout(fn, 1000);
}
