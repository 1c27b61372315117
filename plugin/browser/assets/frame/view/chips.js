// Quick replies under the newest message.

import { icon, make } from './make.js';
import { safeSource } from './text.js';

// shownKinds are the kinds that the chat plugin shows (ref. 7.5).
const shownKinds = new Set(['text', 'user_phone_number', 'user_email']);

// chipsView draws the quick replies of the newest message, if it has any that wait for a tap.
export function chipsView(view) {
  const { words, talk } = view;
  const node = make('div', { class: 'chips', role: 'group', 'aria-label': words.quickReplies, hidden: true });
  let drawn = '';
  return {
    node,
    update(m) {
      const list = m && m.from === 'page' && (m.chosen === null || m.chosen === undefined) ? m.quickReplies || [] : [];
      const says = JSON.stringify([m && m.mid, list]);
      if (says === drawn) return;
      drawn = says;
      const chips = list.map((q, i) => chip(m, q, i)).filter(Boolean);
      if (list.length > chips.length) chips.push(make('p', { class: 'quiet', text: words.cantShowPart }));
      node.hidden = chips.length === 0;
      node.replaceChildren(...chips);
    },
  };

  function chip(m, q, i) {
    if (!shownKinds.has(q.content_type || 'text')) return null;
    if (q.content_type === 'user_phone_number') return asking(m, i, 'phone', words.givePhone);
    if (q.content_type === 'user_email') return asking(m, i, 'email', words.giveEmail);
    const source = q.image_url && safeSource(q.image_url);
    const title = q.title || '';
    return make('button', { type: 'button', class: 'chip', onclick: () => talk.tap(m.mid, i) },
      source && make('img', { src: source, alt: title ? '' : words.picture, width: '24', height: '24', referrerpolicy: 'no-referrer' }),
      title && make('span', { dir: 'auto', text: title }));
  }

  // asking is a chip that turns into a field when it is tapped.
  function asking(m, i, kind, title) {
    const button = make('button', { type: 'button', class: 'chip', onclick: () => {
      const form = field(m, i, kind, () => {
        form.replaceWith(button);
        button.focus();
      });
      button.replaceWith(form);
      form.querySelector('input').focus();
    } }, icon(kind === 'phone' ? 'phone' : 'mail'), title);
    return button;
  }

  function field(m, i, kind, leave) {
    const id = `fill-${kind}-${i}`;
    const wrong = make('p', { class: 'wrong', id: id + '-wrong', role: 'alert' });
    const input = make('input', {
      id, type: kind === 'phone' ? 'tel' : 'email', autocomplete: kind === 'phone' ? 'tel' : 'email', dir: 'ltr',
      maxlength: kind === 'phone' ? 30 : 254, 'aria-describedby': wrong.id,
    });
    return make('form', { class: 'asking', novalidate: true,
      onsubmit: (e) => {
        e.preventDefault();
        const value = input.value.trim();
        if (fits(kind, value)) {
          talk.tap(m.mid, i, value);
          return;
        }
        wrong.textContent = kind === 'phone' ? words.phoneWrong : words.emailWrong;
        input.setAttribute('aria-invalid', 'true');
        input.focus();
      },
      onkeydown: (e) => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        leave();
      } },
    make('label', { for: id, text: kind === 'phone' ? words.phone : words.email }),
    make('div', { class: 'askline' }, input,
      make('button', { class: 'round filled', type: 'submit', 'aria-label': words.send }, icon('send')),
      make('button', { class: 'round', type: 'button', 'aria-label': words.cancel, onclick: leave }, icon('close'))),
    wrong);
  }
}

// fits checks what was filled in as the platform will.
export function fits(kind, value) {
  if (kind === 'email') return value.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(value);
  return value.length <= 30 && /^[\d+ ()\-./]+$/.test(value) && value.replace(/\D/g, '').length >= 3;
}
