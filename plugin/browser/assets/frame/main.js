// The frame's beginning: the link to the website, the talk, and what is seen of it.
import { connect } from './link.js';
import { createPlatform } from './platform.js';
import { createTalk } from './talk.js';
import { start } from './view/app.js';
import { wordsFor } from './words/index.js';

const asked = new URLSearchParams(location.search);
const page = asked.get('page_id') ?? '';
const locale = asked.get('locale') ?? '';
const words = wordsFor(locale);
const link = await connect(page);
start(createTalk({ platform: createPlatform({ page, locale }), link, words }), words, document);
