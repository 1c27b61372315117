// The words of the frame, by the locale the website's script was asked in.

import ar from './ar.js';
import de from './de.js';
import en from './en.js';
import es from './es.js';
import fr from './fr.js';
import pt from './pt.js';

const languages = { ar, de, en, es, fr, pt };

// wordsFor picks the words for a locale such as de_DE, es_LA or pt-BR; English where there are none. lang is the language
// tag for times and numbers: of the locale as it was asked, where the words are in its language.
export function wordsFor(locale) {
  const tag = String(locale || '').replace('_', '-').replace(/^es-LA$/i, 'es-419').replace(/^ar-AR$/i, 'ar');
  const language = tag.split('-')[0].toLowerCase();
  const words = languages[language];
  if (!words) return { ...en, lang: 'en-US' };
  let lang = language;
  try {
    [lang] = Intl.getCanonicalLocales(tag);
  } catch {
    // no language tag: the language alone
  }
  return { ...words, lang };
}

export default wordsFor;
