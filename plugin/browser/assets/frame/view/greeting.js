// What a visitor meets first: the page's greeting, its questions, and the button to begin.

import { avatar } from './header.js';
import { fill, icon, make } from './make.js';

// greetingView draws the screen before the first word.
export function greetingView(view) {
  const { talk, words } = view;
  const face = avatar();
  const hello = make('h2', { class: 'hello', dir: 'auto' });
  const says = make('p', { class: 'says', dir: 'auto' });
  const heading = make('h3', { class: 'asks', id: 'asks', text: words.questions });
  const questions = make('ul', { role: 'list', class: 'questions', 'aria-labelledby': 'asks' });
  const begin = make('button', { type: 'button', class: 'begin', onclick: () => started(null) }, words.getStarted, icon('send'));
  const node = make('section', { class: 'greeting', hidden: true, 'aria-label': words.getStarted },
    make('div', { class: 'hero' }, face.node, hello, says),
    make('div', { class: 'start' }, heading, questions, begin));
  let drawn = '';
  return {
    node,
    begin,
    update(state) {
      const { page, visitor } = state;
      face.update(view.title());
      const name = visitor && visitor.name;
      hello.textContent = name ? fill(words.helloName, { name }) : words.hello;
      says.textContent = page.greeting || words.helloText;
      begin.setAttribute('aria-busy', String(Boolean(state.beginning)));
      const list = JSON.stringify(page.iceBreakers);
      if (list === drawn) return;
      drawn = list;
      const none = page.iceBreakers.length === 0;
      heading.hidden = questions.hidden = none;
      node.classList.toggle('bare', none);
      questions.replaceChildren(...page.iceBreakers.map((text, i) => make('li', {},
        make('button', { type: 'button', class: 'question', onclick: () => started(i) }, make('span', { dir: 'auto', text }), icon('forward')))));
    },
  };

  function started(question) {
    if (talk.state.beginning) return;
    if (question === null) talk.begin();
    else talk.begin(question);
  }
}
