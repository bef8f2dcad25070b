/** `expiry`: what runs out on the hosts, in how many days, and what renews it. */
import { HOST_NAMES } from '../lab/types.js';
import { isOverdue } from '../smoke/expiry.js';
import type { CommandContext, ExitCode } from './context.js';
import { expiryJson, expiryText } from './expiry-output.js';
import { openLab } from './session.js';
import { calendarContent } from './smoke-content.js';

export async function expiry(context: CommandContext): Promise<ExitCode> {
  const calendar = await calendarContent(context);
  const lab = await openLab(context);
  try {
    const { readExpiry } = await import('../services/engine/expiry.js');
    const troubles = await lab.login(HOST_NAMES, { root: true });
    for (const trouble of troubles.values()) context.problem(trouble);
    const { session } = lab;
    const read = await readExpiry(session, calendar, context.signal);
    const exit: ExitCode = read.rows.some(isOverdue) ? 1 : read.silent.length > 0 ? 3 : 0;
    if (context.signal.aborted) return exit;
    const report = {
      version: context.version,
      lab: session.lab.name,
      at: context.now(),
      calendar,
      read,
      exit,
    };
    context.streams.result(
      context.line.options.has('json') ? expiryJson(report, session.mask) : expiryText(report, context),
    );
    return exit;
  } finally {
    await lab.close();
  }
}
