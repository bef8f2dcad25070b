/** `cancel`: ends the jobs of a step, wherever they were started from. */
import type { JobRecord } from '../services/ports.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { jsonDocument } from './output/document.js';
import { selectHosts, selectStep } from './selection.js';
import { openLab } from './session.js';

export async function cancel(context: CommandContext): Promise<ExitCode> {
  const { options, words } = context.line;
  const hosts = selectHosts(options.list('host'));
  const lab = await openLab(context);
  try {
    const step = selectStep(lab.runbook, words[0] ?? '');
    const own = step.hosts.filter((host) => hosts.includes(host));
    const troubles = await lab.login(own);
    for (const trouble of troubles.values()) context.problem(trouble);
    const { jobs } = lab.session;
    const reached = own.filter((host) => !troubles.has(host));
    const ended = await Promise.all(
      reached.map(async (host) => {
        const running = (await jobs.list(host)).filter((job) => job.step === step.id && job.end === null);
        return Promise.all(running.map((job) => jobs.cancel(host, job.id)));
      }),
    );
    tell(context, step.id, ended.flat());
    if (ended.flat().some((job) => job.end === null)) return 3;
    if (troubles.size === 0) return 0;
    return [...troubles.values()].some((trouble) => trouble.exit === 2) ? 2 : 3;
  } finally {
    await lab.close();
  }
}

function tell(context: CommandContext, step: string, ended: readonly JobRecord[]): void {
  if (context.line.options.has('json'))
    return context.streams.result(
      jsonDocument('cancel', {
        step,
        cancelled: ended.map(({ id, host, action, end }) => ({ job: id, host, action, end })),
      }),
    );
  if (ended.length === 0)
    talk(context, { id: `Tidak ada pekerjaan ${step} yang berjalan.`, en: `No job of ${step} is running.` });
  for (const { host, action, end } of ended) {
    if (end === null) {
      talk(context, {
        id: `${step}/${action}@${host} masih berjalan setelah TERM dan KILL. Lihat prosesnya di host: ps -ef`,
        en: `${step}/${action}@${host} still runs after TERM and KILL. Look at its process on the host: ps -ef`,
      });
      continue;
    }
    const left = end?.kind === 'cancelled' && end.left !== '' ? `: ${end.left}` : '';
    talk(context, {
      id: `${step}/${action}@${host} dihentikan${left}`,
      en: `${step}/${action}@${host} ended${left}`,
    });
  }
}
