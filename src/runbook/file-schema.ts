/** What a file that is staged beside a script may be written like. */
import { z } from 'zod';
import { HOST_NAMES } from '../lab/types.js';
import { bilingual } from '../lab/yaml.js';

/** Keys that say where a staged file's contents come from: exactly one of them stands in each. */
const FILE_KINDS = ['template', 'secret', 'from', 'upload', 'project'] as const;
export const parameterName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'a name in small letters, digits and underscores');

export const fileSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/)
      .describe('staged as "$TB_FILES/<name>" (0600) for the script, for the time of the job only'),
    template: z.string().optional().describe('file in assets/templates, with its placeholders filled in'),
    secret: parameterName
      .optional()
      .describe(
        'parameter of type secret: its value, without a line end; absent when optional and not given',
      ),
    from: z
      .enum(HOST_NAMES)
      .optional()
      .describe(
        'the host whose `command` prints the contents when the job is started; they count as a secret',
      ),
    as: z.enum(['root', 'user']).optional().describe('who runs `command`; default root'),
    command: z.string().min(1).optional().describe('bash; placeholders as in scripts, {{host.…}} is `from`'),
    upload: parameterName
      .optional()
      .describe(
        "parameter of type path, optional: a file on the operator's computer, readable as this name; absent when the parameter is empty",
      ),
    when: z
      .record(parameterName, z.string())
      .optional()
      .describe(
        'only when these parameters have these values; otherwise the file is absent and not asked for',
      ),
    project: z
      .literal(true)
      .optional()
      .describe(
        "the lab's repository as an archive, ours or the one that the parameter project_source names; `<name>.format` beside it says tar, tar.gz or zip",
      ),
  })
  .superRefine((file, context) => {
    // A misspelt key is told already; that the right one is missing then says nothing new.
    if (context.issues.length > 0) return;
    const kinds = FILE_KINDS.filter((key) => file[key] !== undefined);
    const wrong = (path: string[], id: string, en: string): void =>
      context.addIssue({ code: 'custom', path, message: bilingual(id, en) });
    if (kinds.length !== 1)
      wrong(
        [],
        `butuh tepat satu dari ${FILE_KINDS.join(', ')}${kinds.length === 0 ? '' : `; di sini ada ${kinds.join(' dan ')}`}`,
        `needs exactly one of ${FILE_KINDS.join(', ')}${kinds.length === 0 ? '' : `; here are ${kinds.join(' and ')}`}`,
      );
    if (file.from !== undefined && file.command === undefined)
      wrong(['from'], '`from` butuh `command`', '`from` needs a `command`');
    for (const key of ['command', 'as'] as const)
      if (file.from === undefined && file[key] !== undefined)
        wrong(
          [key],
          `\`${key}\` hanya untuk berkas dengan \`from\``,
          `\`${key}\` is for files with \`from\` only`,
        );
  });
export type FileSource = z.infer<typeof fileSchema>;
