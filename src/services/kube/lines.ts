/** A body of JSON documents, one a line, as a watch sends them. */

/** No object is so large: etcd takes 1.5 MiB. What goes on is no watch of Kubernetes, and is not collected. */
const LONGEST_LINE = 16 << 20;

/**
 * Whole lines as they come; what stands behind the last line end is left out.
 * @throws Error when a line does not end
 */
export async function* bodyLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = rest + text.slice(start, end);
      rest = '';
      start = end + 1;
      if (line !== '') yield line;
    }
    rest += text.slice(start);
    if (rest.length > LONGEST_LINE) throw new Error('a line of the watch does not end');
  }
}
