/** A small strict XML reader: elements, attributes, text; throws on anything that is not well-formed. For tests. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.test(text)) throw new Error(`stray & in ${text}`);
  return text.replaceAll(/&(#\d+|\w+);/g, (_all, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (ENTITIES[name] ?? ''),
  );
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const rest = text.replaceAll(/\s+([\w-]+)="([^"<]*)"/g, (_all, name: string, value: string) => {
    if (Object.hasOwn(found, name)) throw new Error(`attribute ${name} twice`);
    found[name] = decode(value);
    return '';
  });
  if (rest.trim() !== '') throw new Error(`not an attribute: ${rest}`);
  return found;
}

export function parseXml(text: string): Element {
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open: Element[] = [top];
  for (const [token] of body.matchAll(/<[^>]*>|[^<]+/g)) {
    const parent = open.at(-1) ?? top;
    const close = /^<\/([\w-]+)>$/.exec(token);
    const start = /^<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>$/.exec(token);
    if (close !== null) {
      if (parent.name !== close[1]) throw new Error(`${token} closes ${parent.name}`);
      open.pop();
    } else if (start !== null) {
      const child: Element = {
        name: start[1] ?? '',
        attributes: attributesOf(start[2] ?? ''),
        children: [],
        text: '',
      };
      parent.children.push(child);
      if (start[3] === '') open.push(child);
    } else if (token.startsWith('<') || token.includes(']]>')) throw new Error(`not XML: ${token}`);
    else parent.text += decode(token);
  }
  const [root] = top.children;
  if (open.length !== 1 || root === undefined || top.children.length !== 1)
    throw new Error('not one closed element');
  return root;
}
