/** All links of a lab. */
import { HOST_NAMES } from '../../lab/types.js';
import type { HostName, Lab } from '../../lab/types.js';
import type { AskHostKey, HostLink, Links } from '../ports.js';
import { KnownHosts } from './known-hosts.js';
import { SshLink } from './link.js';
import type { LoginEnvironment } from './route.js';

export interface LinksOptions {
  /** Asked about a key seen for the first time, one at a time. */
  readonly askHostKey: AskHostKey;
  /** Hides secrets in a line of text. */
  readonly mask: (text: string) => string;
  /** HOME and SSH_AUTH_SOCK are used. Default: this process's. */
  readonly env?: LoginEnvironment;
}

/** Links that also say how secrets are hidden, for services that read frames and clean the text in them. */
export interface MaskedLinks extends Links {
  mask(text: string): string;
}

/** The links of a lab's hosts. Nothing is dialled before one of them is opened or used. */
export function createLinks(lab: Lab, options: LinksOptions): MaskedLinks {
  const knownHosts = new KnownHosts(lab.knownHosts);
  // One question at a time: three hosts dialled at once must not ask one person three things at once.
  let asking: Promise<unknown> = Promise.resolve();
  const askHostKey: AskHostKey = (key) => {
    const answer = asking.then(() => options.askHostKey(key));
    asking = answer.catch(() => undefined);
    return answer;
  };
  const parts = { knownHosts, askHostKey, mask: options.mask, env: options.env ?? process.env };
  const links = new Map<HostName, HostLink>(
    HOST_NAMES.map((name) => [name, new SshLink(lab.hosts[name], parts)]),
  );
  return {
    lab,
    mask: options.mask,
    link(host) {
      const link = links.get(host);
      if (link === undefined) throw new Error(`no such host: ${host}`);
      return link;
    },
    async close() {
      await Promise.all([...links.values()].map((link) => link.close()));
    },
  };
}
