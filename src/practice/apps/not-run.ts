/** What a tool says that ends well here although it did not do its work. */

/**
 * One line in both languages.
 * @param tool the command, e.g. `go test`
 * @param en what did not happen, in English
 * @param id the same in Indonesian
 */
export const notRun = (tool: string, en: string, id: string): string =>
  `practice lab: ${tool}: ${en}; success here says nothing about them / ${id}; hasil baik di sini tidak membuktikan apa pun\n`;
