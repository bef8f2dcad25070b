/** Output formats of kubectl get: tables, YAML, JSON, names, JSONPath, columns of one's own. */
import { stringify } from 'yaml';
import { columns } from '../kubeadm/token.js';
import { mapAt, textAt, type Json, type JsonMap } from '../json.js';
import { qualified } from '../resources.js';
import { nameOf, namespaceOf } from '../store.js';
import { KubectlError, NotSimulated, type Session } from './call.js';
import { JsonPathError, parseTemplate, render, textOf, valuesAt } from './jsonpath.js';
import { tableFor } from './tables.js';
import type { Selected } from './select.js';

/** The text of objects in an output format other than a table; null for a table. @throws KubectlError */
export function formatted(
  session: Pick<Session, 'process' | 'options'>,
  groups: readonly Selected[],
  single: boolean,
): string | null {
  const output = session.options.value('o', 'output') ?? '';
  const objects = groups.flatMap((group) => group.objects);
  const list: JsonMap = {
    apiVersion: 'v1',
    items: [...objects],
    kind: 'List',
    metadata: { resourceVersion: '' },
  };
  const value: Json = single ? (objects[0] ?? null) : list;
  const [format = '', argument] = output.split(/=(.*)/s);
  switch (format) {
    case '':
    case 'wide':
      return null;
    case 'json':
      return `${JSON.stringify(value, null, 4)}\n`;
    case 'yaml':
      return stringify(value, { lineWidth: 0, indentSeq: false, sortMapEntries: true });
    case 'name':
      return groups
        .flatMap(({ resource, objects: some }) =>
          some.map((object) => `${qualified(resource)}/${nameOf(object)}\n`),
        )
        .join('');
    case 'jsonpath':
    case 'jsonpath-as-json':
    case 'jsonpath-file':
      try {
        if (argument === undefined || argument === '')
          throw new KubectlError('error: template format specified but no template given');
        return render(
          parseTemplate(
            format === 'jsonpath-file'
              ? session.process.view.readText(session.process.path(argument))
              : argument,
          ),
          value,
        );
      } catch (error) {
        if (error instanceof JsonPathError)
          throw new KubectlError(`error: error parsing jsonpath ${argument ?? ''}, ${error.message}`);
        throw error;
      }
    case 'custom-columns': {
      const parts = (argument ?? '').split(/,(?=[\w -]+:)/).map((part) => part.split(/:(.*)/s));
      if (parts.some(([name = '', path = '']) => name === '' || path === ''))
        throw new KubectlError(
          `error: unexpected custom-columns spec: ${argument ?? ''}, expected <header>:<json-path-expr>`,
        );
      const rows = objects.map((object) =>
        parts.map(([, path = '']) => valuesAt(object, path).map(textOf).join(',') || '<none>'),
      );
      return columns([
        ...(session.options.has('no-headers') ? [] : [parts.map(([name = '']) => name)]),
        ...rows,
      ]);
    }
    case 'go-template':
    case 'go-template-file':
    case 'templatefile':
    case 'template':
      throw new NotSimulated(`output format ${format}`);
    default:
      throw new KubectlError(
        `error: unable to match a printer suitable for the output format "${format}", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml`,
      );
  }
}

export function tables(session: Session, groups: readonly Selected[]): string {
  const { options, host } = session;
  const now = host.machine.now();
  const wide = options.value('o', 'output') === 'wide';
  const everywhere = options.has('A', 'all-namespaces');
  const many = groups.filter((group) => group.objects.length > 0).length > 1 || options.has('show-kind');
  const parts = groups.flatMap(({ resource, objects }) => {
    if (objects.length === 0) return [];
    const table = tableFor(resource);
    const labels = options.has('show-labels');
    const extra = [...options.all('L'), ...options.all('label-columns')].flatMap((word) => word.split(','));
    const head = [
      ...(everywhere && resource.namespaced ? ['NAMESPACE'] : []),
      ...table.columns,
      ...(wide ? table.wide : []),
      ...extra.map((key) => key.split('/').at(-1)?.toUpperCase() ?? ''),
      ...(labels ? ['LABELS'] : []),
    ];
    const rows = objects.map((object) => {
      const { cells, wide: more } = table.row(object, now);
      const [name = '', ...others] = cells;
      const own = table.columns[0] === 'NAME' && many ? [`${qualified(resource)}/${name}`, ...others] : cells;
      const known = mapAt(object, 'metadata', 'labels');
      return [
        ...(everywhere && resource.namespaced ? [namespaceOf(object)] : []),
        ...own,
        ...(wide ? more : []),
        ...extra.map((key) => textAt(known, key)),
        ...(labels
          ? [
              Object.entries(known)
                .map(([key, value]) => `${key}=${textAt(value)}`)
                .join(',') || '<none>',
            ]
          : []),
      ];
    });
    return [columns(options.has('no-headers') ? rows : [head, ...rows])];
  });
  return parts.join('\n');
}
