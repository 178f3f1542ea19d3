// What both pages share: the language, and making elements out of texts. Texts are always set as
// text, so nothing that a server says can become code.

const KEPT_AS = 'codesaga-language';

/** The language shown: what was chosen here before, else what the browser prefers. */
let language = kept() ?? (navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en');

function kept() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null; // A browser may forbid keeping anything.
  }
}

/** The words of `words`, in the language shown. */
export function wordsOf(words) {
  return words[language] ?? words.en;
}

/** A locale for numbers and times. */
export function locale() {
  return language;
}

/** Fills in fixed words, and again whenever the language is switched; then calls `redraw`. */
export function speak(words, redraw) {
  const button = document.getElementById('language');
  const say = () => {
    document.documentElement.lang = language;
    button.textContent = language === 'ko' ? 'English' : '한국어';
    button.lang = language === 'ko' ? 'en' : 'ko';
    for (const element of document.querySelectorAll('[data-word]')) {
      element.textContent = wordsOf(words)[element.dataset.word];
    }
    redraw();
  };
  button.addEventListener('click', () => {
    language = language === 'ko' ? 'en' : 'ko';
    try {
      localStorage.setItem(KEPT_AS, language);
    } catch {
      // Then it holds for this visit.
    }
    say();
  });
  say();
}

/** An element with a class and contents: texts, elements, or neither. */
export function make(tag, className, ...contents) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...contents.filter((content) => content !== null && content !== undefined));
  return element;
}

/** A table's rows in place of those it had. A heading that begins with `#` is for numbers. */
export function fill(table, headings, rows) {
  const isNumber = headings.map((heading) => heading.startsWith('#'));
  const head = make('tr', '');
  headings.forEach((heading, i) => {
    head.append(make('th', isNumber[i] ? 'number' : '', heading.replace('#', '')));
  });
  const body = rows.map((cells) =>
    make('tr', '', ...cells.map((cell, i) => make('td', isNumber[i] ? 'number' : i === 0 ? 'name' : '', cell))),
  );
  table.replaceChildren(make('thead', '', head), make('tbody', '', ...body));
}
