// The page's menu (ref. 6.3): behind a button, or, where the page wants no words, in place of the composer.

import { icon, make } from './make.js';
import { isWeb } from './buttons.js';
import { popup } from './popup.js';
import { link, safeLink } from './text.js';

// menuView draws the menu's button and its panel.
export function menuView({ talk, words }) {
  const button = make('button', { type: 'button', class: 'round', 'aria-label': words.menu, title: words.menu, hidden: true }, icon('menu'));
  const panel = make('div', { class: 'panel menu', role: 'menu', 'aria-label': words.menu, hidden: true });
  const box = popup(button, panel, 'menu');
  button.addEventListener('click', box.toggle);
  let drawn = '';
  return {
    button,
    panel,
    // update draws the items; fixed ones stay open: there is nothing else to answer with.
    update(items, fixed) {
      const says = JSON.stringify([items, fixed]);
      if (says === drawn) return;
      drawn = says;
      button.hidden = fixed || items.length === 0;
      panel.classList.toggle('fixed', fixed);
      panel.setAttribute('role', fixed ? 'group' : 'menu');
      panel.replaceChildren(...(fixed ? [make('p', { class: 'quiet', text: words.menuOnly })] : []), ...items.map((item, i) => one(item, i, fixed)));
      if (fixed) panel.hidden = items.length === 0;
      else box.close();
    },
  };

  function one(item, i, fixed) {
    const role = fixed ? null : 'menuitem';
    const title = make('span', { dir: 'auto', text: item.title || '' });
    const leave = () => {
      if (fixed) return;
      box.close();
      button.focus();
    };
    if (item.type === 'web_url') {
      if (!isWeb(item.url)) return '';
      return link(safeLink(item.url), words, { class: 'item', role, onclick: leave }, title, icon('out'));
    }
    return make('button', { type: 'button', class: 'item', role, onclick: () => {
      leave();
      talk.menu(i);
    } }, title, icon('forward'));
  }
}
