/** The shapes in which one secret may turn up in a text. Pure. */

/** Shorter ones stand in half of all words: masking them would hide the text and reveal the secret by its gaps. */
export const SHORTEST_SECRET = 4;
/** The inside of an encoded secret is shorter than the secret; below this it would match by chance. */
const SHORTEST_INSIDE = 8;

/**
 * A secret as itself, in base64 (also inside a longer encoded text, such as `user:secret`), URL-encoded, quoted for a
 * shell or for JSON, and line by line.
 */
export function secretForms(secret: string): readonly string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  const lines = secret.split(/\r?\n/);
  const forms = [
    secret,
    ...(lines.length > 1 ? lines.filter((line) => line.trim().length >= SHORTEST_INSIDE) : []),
    ...urlForms(secret),
    secret.replaceAll("'", `'\\''`),
    secret.replaceAll(/[^A-Za-z0-9_./:=@%+,-]/g, (one) => `\\${one}`),
    secret.replaceAll(/["\\$`]/g, (one) => `\\${one}`),
    JSON.stringify(secret).slice(1, -1),
    ...base64Forms(secret),
  ];
  return [...new Set(forms.filter((form) => form.length >= SHORTEST_SECRET))];
}

function urlForms(secret: string): readonly string[] {
  // A lone surrogate cannot be URL-encoded: nothing could have encoded it.
  if (/\p{Surrogate}/u.test(secret)) return [];
  const strict = encodeURIComponent(secret).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const forms = [encodeURIComponent(secret), encodeURI(secret), strict, strict.replaceAll('%20', '+')];
  return [...forms, ...forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()))];
}

/** Base64 of the secret alone, and the part of it that does not depend on what stands before or after it. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const whole = bytes.toString('base64');
  const inside = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
  const forms = [
    whole,
    whole.replaceAll('=', ''),
    ...inside.filter((form) => form.length >= SHORTEST_INSIDE),
  ];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
