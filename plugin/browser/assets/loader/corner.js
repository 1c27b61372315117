// What stands in the corner of the page: the button with its count, and the greeting. All of it is in a closed shadow root
// with a style sheet of its own, so that neither the page's styles nor its scripts get hold of it by accident.

const bubbles = {
  MESSENGER_ICON: 'M12 3C6.9 3 3 6.6 3 11.2c0 2.6 1.2 4.9 3.2 6.4V21l3-1.7c.9.2 1.8.4 2.8.4 5.1 0 9-3.7 9-8.3S17.1 3 12 3ZM8 10.2a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Zm4 0a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Zm4 0a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Z',
  CHAT_ROUND_ICON: 'M12 3.5c-5 0-9 3.4-9 7.8 0 2.4 1.2 4.5 3.1 6L5.5 21l4-2c.8.1 1.6.2 2.5.2 5 0 9-3.5 9-7.9s-4-7.8-9-7.8Z',
  CHAT_ANGULAR_ICON: 'M3 4h18v13H10.5L6 21v-4H3V4Zm4 4v1.6h10V8H7Zm0 3.4V13h6.5v-1.6H7Z',
};
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
  const icon = bubbles[look.entry_point_icon] || (label ? '' : bubbles.CHAT_ROUND_ICON);
  corner.button = make('button', { type: 'button', class: 'button', on: pressed });
  const face = make('span', { class: 'face' });
  if (icon) face.append(shape(icon, true));
  if (label) face.append(make('span', {}, words[label]));
  corner.button.append(face, make('span', { class: 'shut' }, shape(down)), corner.badge);
  corner.all.append(corner.button, corner.status);
  root.append(corner.all);
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !chat.dialog) return;
    event.stopPropagation();
    closedByVisitor();
  });
  if (look.alignment === 'LEFT') corner.all.classList.add('left');
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
  all.style.setProperty('--side', (side === undefined ? 24 : side) + 'px');
  all.style.setProperty('--below', (below === undefined ? 24 : below) + 'px');
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
