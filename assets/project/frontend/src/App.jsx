import { useCallback, useEffect, useRef, useState } from 'react';
import { BACKENDS, productsUrl } from './backends.js';
import { loadProducts } from './load.js';
import { Panel } from './Panel.jsx';
import { sameProducts } from './products.js';
import { LANGUAGES, languageOf, TEXTS } from './texts.js';

const LOADING = { kind: 'loading' };
const ALL_LOADING = Object.fromEntries(BACKENDS.map(({ id }) => [id, LOADING]));

/** State of every back end; each is asked by itself, so that one that is down never hides the other. */
function useBackends() {
  const [states, setStates] = useState(ALL_LOADING);
  const asking = useRef(new Map());

  /** Asks one back end; a question that is still open is given up for this one. */
  const ask = useCallback((backend) => {
    asking.current.get(backend.id)?.abort();
    const controller = new AbortController();
    asking.current.set(backend.id, controller);
    const { signal } = controller;
    return loadProducts(productsUrl(backend), signal).then((state) => {
      // A later question has taken over, or the page is gone.
      if (!signal.aborted) setStates((before) => ({ ...before, [backend.id]: state }));
    });
  }, []);

  useEffect(() => {
    const open = asking.current;
    for (const backend of BACKENDS) void ask(backend);
    return () => {
      for (const controller of open.values()) controller.abort();
    };
  }, [ask]);

  function reload(backend) {
    setStates((before) => ({ ...before, [backend.id]: LOADING }));
    void ask(backend);
  }
  return { states, reload };
}

export function App() {
  const [language, setLanguage] = useState(() => languageOf(navigator.languages ?? []));
  const { states, reload } = useBackends();
  const texts = TEXTS[language];

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const other = LANGUAGES.find((one) => one !== language);
  return (
    <main>
      <header className="title">
        <h1>three-body-problem</h1>
        <button type="button" lang={other} onClick={() => setLanguage(other)}>
          {texts.other}
        </button>
        <p>{texts.lead}</p>
      </header>
      <p role="status" className="summary">
        {summaryOf(states, texts)}
      </p>
      <div className="panels">
        {BACKENDS.map((backend) => (
          <Panel
            key={backend.id}
            backend={backend}
            state={states[backend.id]}
            texts={texts}
            language={language}
            onReload={() => reload(backend)}
          />
        ))}
      </div>
    </main>
  );
}

/** One sentence about all back ends, once each of them has answered or failed. */
function summaryOf(states, texts) {
  const all = BACKENDS.map((backend) => ({ name: backend.name, state: states[backend.id] }));
  if (all.some(({ state }) => state.kind === 'loading')) return texts.loading;
  const down = all.filter(({ state }) => state.kind === 'failed').map(({ name }) => name);
  const summary = texts.summary(all.length - down.length, all.length);
  if (down.length > 0) return `${summary} ${texts.down(down.join(', '))}`;
  const [first, ...rest] = all.map(({ state }) => state.products);
  const agree = rest.every((products) => sameProducts(first, products));
  return `${summary} ${agree ? texts.same : texts.differ}`;
}
