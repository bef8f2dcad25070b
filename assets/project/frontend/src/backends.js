/**
 * The address of a back end as it was given when this page was built, without a slash at its end: `/go/` + `/api` would
 * become `/go//api`, which is another path.
 * @param {string | undefined} given value of the build variable
 * @param {string} otherwise when it was not set, or empty
 */
export function baseOf(given, otherwise) {
  return (given || otherwise).replace(/\/+$/, '');
}

/** Both serve the same table of products: Go as it likes, Laravel as Laravel's API resources do. */
export const BACKENDS = [
  { id: 'go', name: 'Go', base: baseOf(import.meta.env.REACT_APP_GO_API_BASE, '/go') },
  { id: 'laravel', name: 'Laravel', base: baseOf(import.meta.env.REACT_APP_LARAVEL_API_BASE, '/laravel') },
];

/** @param {{ base: string }} backend */
export function productsUrl({ base }) {
  return `${base}/api/products`;
}
