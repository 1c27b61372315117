// The website's calls (ref. 7.2, 7.3). window.FB is extended and never replaced: the SDK that still does logins and the
// like may be there before us, or come later.

const pause = 5000; // between two calls of one function
const takers = {}; // by event
const lastCalls = {};
const extended = new WeakSet();
const begun = new WeakSet(); // the fbAsyncInit that we have called

// extend gives an FB what is ours. What it had of its own goes on as before.
function extend(FB) {
  if (extended.has(FB)) return FB;
  extended.add(FB);
  wrap(FB, 'init', (theirs) => function (options) {
    const out = theirs() && theirs().apply(this, arguments);
    init(options);
    return out;
  });
  part(FB, 'XFBML', (XFBML) => wrap(XFBML, 'parse', (theirs) => function (element, done) {
    if (theirs()) theirs().apply(this, arguments);
    parse(element, theirs() ? null : done);
  }));
  part(FB, 'Event', (Event) => {
    wrap(Event, 'subscribe', (theirs) => function (name, taker) {
      if (theirs() && !isOurs(name)) return theirs().apply(this, arguments);
      subscribe(String(name), taker);
    });
    wrap(Event, 'unsubscribe', (theirs) => function (name, taker) {
      if (theirs() && !isOurs(name)) return theirs().apply(this, arguments);
      takers[name] = (takers[name] || []).filter((other) => other !== taker);
    });
  });
  part(FB, 'CustomerChat', (CustomerChat) => {
    for (const name of Object.keys(calls)) stand(CustomerChat, name, () => calls[name], () => {});
  });
  return FB;
}

// wrap puts a function of ours in front of one that is there, or will be.
function wrap(of, name, ahead) {
  let theirs = typeof of[name] === 'function' ? of[name] : null;
  const mine = ahead(() => theirs);
  stand(of, name, () => mine, (value) => {
    if (value !== mine && typeof value === 'function') theirs = value;
  });
}

// part does so for the objects that functions are in.
function part(of, name, add) {
  let value = isObject(of[name]) ? of[name] : {};
  const add1 = (next) => {
    if (!extended.has(next)) add(next);
    extended.add(next);
  };
  add1(value);
  stand(of, name, () => value, (next) => {
    if (!isObject(next)) return;
    add1(next);
    value = next;
  });
}

function stand(of, name, get, set) {
  try {
    Object.defineProperty(of, name, bare({ configurable: true, enumerable: true, get, set }));
  } catch (_) {
    // sealed: it goes on without us
  }
}

// provide puts FB into the window, and fbAsyncInit under watch: websites set both before and after us.
function provide() {
  let FB = isObject(window.FB) ? window.FB : {
    // What the usual snippets call beside the plugin, for pages without the SDK that does it.
    AppEvents: { logPageView() {}, logEvent() {}, activateApp() {} },
    getLoginStatus: (take) => typeof take === 'function' && setTimeout(take, 0, { status: 'unknown', authResponse: null }),
  };
  extend(FB);
  stand(window, 'FB', () => FB, (next) => {
    if (isObject(next)) FB = extend(next);
  });
  let start = window.fbAsyncInit;
  stand(window, 'fbAsyncInit', () => start, (next) => {
    start = next;
    setTimeout(callInit);
  });
}

// callInit calls the website's fbAsyncInit, each once. hasRun is how the other SDK says and sees that it was. Where a
// framework has thrown FB away it is about to load us again.
function callInit() {
  const start = window.fbAsyncInit;
  if (!isObject(window.FB) || typeof start !== 'function' || start.hasRun || begun.has(start)) return;
  begun.add(start);
  start.hasRun = true;
  safely(() => start.call(window));
}

function init(options) {
  const o = isObject(options) ? options : {};
  if ('customer' in o) change({ customer: o.customer });
  if (o.xfbml === true || o.xfbml === 1 || o.xfbml === 'true' || o.xfbml === '1') parse();
}

function isOurs(name) {
  return String(name).indexOf('customerchat.') === 0;
}

// subscribe takes a listener. One for load that comes too late is told all the same: the old plugin took seconds to load,
// and websites count on being in time.
function subscribe(name, taker) {
  if (typeof taker !== 'function') return;
  (takers[name] = takers[name] || []).push(taker);
  if (name === 'customerchat.load' && chat.loaded) {
    setTimeout(() => takers[name].includes(taker) && safely(taker));
  }
}

function fire(name) {
  for (const taker of (takers[name] || []).slice()) safely(taker);
}

// change takes what a website sets by script. Wrong values are said when they are read.
function change(values) {
  Object.assign(chat.over, values);
  renew();
}

// call makes a function that does nothing before the chat is loaded, and nothing within five seconds of its last call.
function call(name, act) {
  return function (value) {
    const now = performance.now();
    if (!chat.loaded) {
      say('FB.CustomerChat.' + name + ' was called before customerchat.load; the call is ignored');
    } else if (now - lastCalls[name] < pause) {
      say('FB.CustomerChat.' + name + ' was called twice within five seconds; the second call is ignored');
    } else {
      lastCalls[name] = now;
      act(value);
    }
  };
}

const calls = {
  show: call('show', (dialog) => {
    setShown(true);
    if (dialog !== false) openedByScript();
  }),
  hide: call('hide', () => {
    setDialog('');
    setShown(false);
  }),
  showDialog: call('showDialog', () => {
    setShown(true);
    openedByScript();
  }),
  hideDialog: call('hideDialog', () => setDialog('')),
  update: call('update', (values) => {
    const taken = {};
    for (const name of isObject(values) ? Object.keys(values) : []) {
      if (name === 'customer' || (['logged_in_greeting', 'logged_out_greeting', 'ref'].includes(name) && !chat.began)) taken[name] = values[name];
      else if (!ours.includes(name)) wrong('FB.CustomerChat.update: ' + name, values[name], 'is nothing that it changes', 'it is ignored');
    }
    change(taken);
    if (chat.dialog === 'card' && !chat.unread) setDialog('card', greetingNow());
  }),
};
