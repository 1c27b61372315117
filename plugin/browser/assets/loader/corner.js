// What stands in the corner of the page: the button with its count, and the greeting. All of it is in a closed shadow root
// with a style sheet of its own, so that neither the page's styles nor its scripts get hold of it by accident.

const labels = { CHAT: 'chat', HELP: 'help', ASK_US: 'ask' };
const down = 'M5 9l7 7 7-7';
const cross = 'M6 6l12 12M18 6L6 18';
const fadeAfter = 8000;

// corner holds the elements once they are drawn.
const corner = { host: null, all: null, button: null, badge: null, status: null, card: null, moved: 0 };
let cardTimer = 0;

function drawCorner(look) {
  const host = make('div', { class: 'fb_dialog fb_reset' });
  const root = host.attachShadow({ mode: 'closed' });
  dress(root);
  corner.host = host;
  corner.all = make('div', { class: 'all', dir: given.dir, lang: given.locale.replace('_', '-'), hidden: '' });
  corner.badge = make('span', { class: 'badge', 'aria-hidden': 'true', hidden: '' });
  corner.status = make('span', { class: 'unseen', role: 'status' });
  const label = labels[look.entry_point_label];
  corner.button = make('button', { type: 'button', class: 'button', on: pressed });
  const face = make('span', { class: 'face' });
  if (look.shape) face.append(shape(look.shape, true));
  if (label) face.append(make('span', {}, words[label]));
  corner.button.append(face, make('span', { class: 'shut' }, shape(down)), corner.badge);
  corner.all.append(corner.button, corner.status);
  root.append(corner.all);
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !chat.dialog) return;
    event.stopPropagation();
    closedByVisitor();
  });
  corner.lookOf = look;
  place();
  attach();
}

// dress gives the shadow root its style sheet, without a style element where the browser can.
function dress(root) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(given.style);
    root.adoptedStyleSheets = [sheet];
  } catch (_) {
    root.append(make('style', {}, given.style));
  }
}

// attach puts the corner into #fb-root, which is made where it is missing. It gets no box of its own: whatever the page's
// styles do to boxes, it has none to move, hide or make pale.
function attach() {
  let root = document.getElementById('fb-root');
  if (!root || !root.isConnected) root = document.body.appendChild(make('div', { id: 'fb-root' }));
  root.style.setProperty('display', 'contents', 'important');
  root.append(corner.host);
}

// stay puts the corner back where a script of the page has thrown it out with #fb-root, some times.
function stay() {
  if (corner.host && !corner.host.isConnected && document.body && corner.moved++ < 50) attach();
}

// place draws what depends on the window and the settings.
function place() {
  const { all, lookOf: look } = corner;
  const phone = narrow.matches;
  const side = phone ? look.mobile_side_spacing : look.desktop_side_spacing;
  const below = phone ? look.mobile_bottom_spacing : look.desktop_bottom_spacing;
  all.classList.toggle('phone', phone);
  const left = look.alignment === 'LEFT';
  all.style.setProperty('--side', side + 'px');
  all.style.setProperty('--below', below + 'px');
  all.style.setProperty('--left', left ? side + 'px' : 'auto');
  all.style.setProperty('--right', left ? 'auto' : side + 'px');
  all.style.setProperty('--theme', chat.set.theme);
  all.style.setProperty('--ink', inkOn(chat.set.theme, labels[look.entry_point_label] ? 4.5 : 3));
}

// count shows how many messages wait.
function count(unread) {
  const n = Math.max(0, Math.floor(Number(unread)) || 0);
  corner.badge.hidden = n === 0;
  corner.badge.textContent = n > 99 ? '99+' : String(n);
  chat.unread = n ? words.unread.replace('{n}', n) : '';
  corner.status.textContent = chat.unread;
  nameButton();
}

function nameButton() {
  const open = chat.dialog === 'window';
  corner.button.setAttribute('aria-expanded', String(open));
  corner.button.setAttribute('aria-label', open ? words.close : [words.open, chat.unread].filter(Boolean).join(', '));
  corner.all.classList.toggle('open', open);
}

// drawCard draws the greeting, or a message that has come. It never takes the focus: the visitor is reading.
function drawCard(text) {
  dropCard();
  corner.card = make('div', { class: 'card', role: 'dialog', 'aria-label': words.greeting },
    make('button', { type: 'button', class: 'text', dir: 'auto', on: openedByVisitor }, text),
    make('button', { type: 'button', class: 'cross', 'aria-label': words.dismiss, on: closedByVisitor }, shape(cross)));
  corner.all.append(corner.card);
}

function dropCard() {
  clearTimeout(cardTimer);
  if (corner.card) corner.card.remove();
  corner.card = null;
}

// fadeCard lets the greeting fade after a while, but not under a visitor's hand.
function fadeCard() {
  cardTimer = setTimeout(() => {
    if (!corner.card) return;
    if (corner.card.matches(':hover, :focus-within')) {
      fadeCard();
      return;
    }
    corner.card.classList.add('fading');
    cardTimer = setTimeout(() => chat.dialog === 'card' && setDialog(''), 600);
  }, fadeAfter);
}
