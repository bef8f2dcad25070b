/** Every sentence of the page, in both languages. */
export const LANGUAGES = ['id', 'en'];

/** The language that the browser asks for first among ours. @param {readonly string[]} wanted e.g. ['id-ID', 'en'] */
export function languageOf(wanted) {
  const codes = wanted.map((one) => one.toLowerCase().split('-')[0]);
  return codes.find((code) => LANGUAGES.includes(code)) ?? 'en';
}

/** What the number of a refusal usually means in this lab, and where to look. */
function statusHint(status, language) {
  const hints = {
    id: {
      404: 'Path-nya tidak dikenal: periksa garis miring di akhir proxy_pass pada edge.conf, dan rute di back end.',
      500: 'Back end-nya hidup tetapi gagal: baca log Pod-nya.',
      502: 'Edge tidak dapat menghubungi Pod: periksa kubectl get pods, dan NodePort-nya.',
      503: 'Belum siap, misalnya karena databasenya; atau pembatas laju di edge sedang menolak.',
      504: 'Pod-nya tidak menjawab edge tepat waktu: periksa vm-worker.',
    },
    en: {
      404: 'The path is not known: look at the slash at the end of proxy_pass in edge.conf, and at the routes of the back end.',
      500: "The back end lives but failed: read its Pod's log.",
      502: 'The edge cannot reach the Pod: look at kubectl get pods, and at its NodePort.',
      503: "Not ready, because of its database for instance; or the edge's rate limit is refusing.",
      504: 'The Pod did not answer the edge in time: look at vm-worker.',
    },
  };
  return hints[language][status] ?? '';
}

/** The one word by which a back end says why; a name of its own, so it is not translated. */
function because(reason) {
  return reason === null ? '' : `: ${reason}`;
}

export const TEXTS = {
  id: {
    lead: 'Satu daftar produk dari dua back end, lewat satu edge.',
    other: 'English',
    reload: (name) => `Muat ulang ${name}`,
    loading: 'Memuat …',
    summary: (up, all) => `${up} dari ${all} back end menjawab.`,
    down: (names) => `Tidak menjawab: ${names}.`,
    same: 'Isi keduanya sama.',
    differ: 'Isi keduanya berbeda.',
    empty: 'Belum ada produk. Jalankan migrasi dan seeder.',
    skipped: (count) => `${count} entri tanpa id atau nama dilewati.`,
    columns: { name: 'Produk', price: 'Harga', stock: 'Stok' },
    caption: (count) => `${count} produk`,
    unknown: 'tidak diketahui',
    failed: {
      status: ({ status, reason }) => ({
        what: `Menjawab HTTP ${status}${because(reason)}.`,
        hint: statusHint(status, 'id'),
      }),
      timeout: () => ({
        what: 'Tidak menjawab tepat waktu.',
        hint: 'Periksa apakah Pod-nya jalan dan vm-worker dapat dijangkau.',
      }),
      network: () => ({
        what: 'Tidak dapat dihubungi.',
        hint: 'Periksa koneksi ke situs ini; sertifikatnya perlu diterima dulu di browser.',
      }),
      'not-json': () => ({
        what: 'Jawabannya bukan JSON.',
        hint: 'Biasanya halaman HTML: path-nya sampai ke program lain. Periksa location di edge.conf.',
      }),
      'not-products': () => ({
        what: 'JSON-nya tidak berisi daftar produk.',
        hint: 'Diharapkan {"data": [ … ]}.',
      }),
    },
  },
  en: {
    lead: 'One list of products from two back ends, through one edge.',
    other: 'Bahasa Indonesia',
    reload: (name) => `Reload ${name}`,
    loading: 'Loading …',
    summary: (up, all) => `${up} of ${all} back ends answer.`,
    down: (names) => `Down: ${names}.`,
    same: 'Both hold the same.',
    differ: 'They differ.',
    empty: 'There are no products yet. Run the migration and the seeder.',
    skipped: (count) => `Entries without an id or a name, left out: ${count}.`,
    columns: { name: 'Product', price: 'Price', stock: 'Stock' },
    caption: (count) => `${count} ${count === 1 ? 'product' : 'products'}`,
    unknown: 'unknown',
    failed: {
      status: ({ status, reason }) => ({
        what: `It answered HTTP ${status}${because(reason)}.`,
        hint: statusHint(status, 'en'),
      }),
      timeout: () => ({
        what: 'It did not answer in time.',
        hint: 'See whether its Pod runs and vm-worker can be reached.',
      }),
      network: () => ({
        what: 'It cannot be reached.',
        hint: "Check the connection to this site; the browser has to accept the site's certificate first.",
      }),
      'not-json': () => ({
        what: 'Its answer is not JSON.',
        hint: 'An HTML page, usually: the path leads to another program. Look at the locations in edge.conf.',
      }),
      'not-products': () => ({
        what: 'Its JSON holds no list of products.',
        hint: 'Expected is {"data": [ … ]}.',
      }),
    },
  },
};

/** @param {number} price in rupiah @param {string} language */
export function rupiah(price, language) {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'IDR',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    // 85.000, but 145.000,50: cents are shown as two digits or not at all.
    trailingZeroDisplay: 'stripIfInteger',
  }).format(price);
}
