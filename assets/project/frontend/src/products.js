/**
 * One shape for what two back ends answer.
 *
 * Go: `{"source": "go", "data": [{"id": 1, "name": "…", "price": 15000, "stock": 3}]}`.
 * Laravel: `{"data": [{"id": 1, "name": "…", "price": "15000.00", "stock": 3}]}`: decimals come as text there, so that no
 * digit is lost. A bare list and `{"products": […]}` are understood as well, for back ends of your own.
 *
 * @typedef {{ id: string, name: string, price: number | null, stock: number | null }} Product
 */

/** @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listIn(answer) {
  if (Array.isArray(answer)) return answer;
  if (!isObject(answer)) return null;
  return [answer.data, answer.products].find((one) => Array.isArray(one)) ?? null;
}

/** A number that came as a number or as text; null for anything else. */
function numberIn(value) {
  const text = typeof value === 'string' ? value.trim() : value;
  if (text === '' || (typeof text !== 'string' && typeof text !== 'number')) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

function productIn(value) {
  if (!isObject(value)) return null;
  const { id, name, price, stock } = value;
  if (typeof name !== 'string' || name === '' || (typeof id !== 'number' && typeof id !== 'string'))
    return null;
  return { id: String(id), name, price: numberIn(price), stock: numberIn(stock) };
}

/**
 * @param {unknown} answer the JSON of a back end
 * @returns {{ products: Product[], skipped: number } | null} `skipped` entries had no id or name; null when there is no list
 */
export function normalise(answer) {
  const list = listIn(answer);
  if (list === null) return null;
  const products = list.map(productIn).filter((one) => one !== null);
  return { products, skipped: list.length - products.length };
}

/** Whether two lists tell of the same products, in the same order. @param {Product[]} a @param {Product[]} b */
export function sameProducts(a, b) {
  const line = ({ id, name, price, stock }) => JSON.stringify([id, name, price, stock]);
  return a.length === b.length && a.every((one, index) => line(one) === line(b[index]));
}
