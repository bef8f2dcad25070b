import { rupiah } from './texts.js';

/** One back end: its products, or what is wrong with it. */
export function Panel({ backend, state, texts, language, onReload }) {
  const heading = `${backend.id}-heading`;
  return (
    <section
      className="panel"
      data-state={state.kind}
      aria-labelledby={heading}
      aria-busy={state.kind === 'loading'}
    >
      <header>
        <h2 id={heading}>{backend.name}</h2>
        <code>{backend.base}/api/products</code>
        <button
          type="button"
          onClick={onReload}
          disabled={state.kind === 'loading'}
          aria-label={texts.reload(backend.name)}
        >
          ↻
        </button>
      </header>
      <Contents state={state} texts={texts} language={language} />
    </section>
  );
}

function Contents({ state, texts, language }) {
  switch (state.kind) {
    case 'loading':
      return <p className="quiet">{texts.loading}</p>;
    case 'failed': {
      const { what, hint } = texts.failed[state.why](state);
      return (
        <div role="alert" className="failed">
          <p>
            <strong>{what}</strong>
          </p>
          {hint !== '' && <p>{hint}</p>}
        </div>
      );
    }
    case 'list':
      return <Products state={state} texts={texts} language={language} />;
  }
}

function Products({ state: { products, skipped }, texts, language }) {
  return (
    <>
      {products.length === 0 ? (
        <p className="quiet">{texts.empty}</p>
      ) : (
        <table>
          <caption>{texts.caption(products.length)}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.columns.name}</th>
              <th scope="col" className="number">
                {texts.columns.price}
              </th>
              <th scope="col" className="number">
                {texts.columns.stock}
              </th>
            </tr>
          </thead>
          <tbody>
            {products.map(({ id, name, price, stock }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                <td className="number">{price === null ? texts.unknown : rupiah(price, language)}</td>
                <td className="number">{stock === null ? texts.unknown : stock}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {skipped > 0 && <p className="quiet">{texts.skipped(skipped)}</p>}
    </>
  );
}
