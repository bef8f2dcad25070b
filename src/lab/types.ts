/**
 * Plain words that every layer shares: which hosts there are, how they are reached, in which language we speak.
 * Nothing here imports anything of ours.
 */

/** The three machines of the lab, in the order in which they are shown and started. */
export const HOST_NAMES = ['vm-docker', 'vm-k8s', 'vm-worker'] as const;
export type HostName = (typeof HOST_NAMES)[number];

/** Where something can be asked or done: a host of the lab, or the computer this program runs on. */
export type Place = HostName | 'operator';

/** What a verdict can be about: one place, or all of them judged together. */
export type Subject = Place | 'lab';

export const LANGUAGES = ['id', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A sentence in both languages, side by side. A missing one is a type error, or a loader error in YAML. */
export type Text = Readonly<Record<Language, string>>;

/** An address and a TCP port, as one dials it. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** How one host is logged in to. Passwords live in memory, or in a lab file of mode 0600. */
export interface HostLogin {
  readonly name: HostName;
  /** IPv4 address of the host inside the lab: what goes into hosts files and gates. */
  readonly address: string;
  /** Port of sshd on `address`; where the operator dials it is `forwards[port]`, else `address:port`. */
  readonly port: number;
  readonly user: string;
  /** Absolute path of a private key file. */
  readonly keyFile?: string;
  readonly passphrase?: string;
  readonly password?: string;
  /** True when the keys of the running SSH agent shall be tried as well; the lab file asks for it. */
  readonly agent?: boolean;
  /** Fed to sudo on stdin when the host has no NOPASSWD rule. */
  readonly sudoPassword?: string;
  /** `Host` of ~/.ssh/config whose HostName, Port, User, IdentityFile and ProxyJump are used. */
  readonly sshConfigHost?: string;
  /** Another login to go through, as `user@host:port`. */
  readonly proxyJump?: string;
  /** Remote port → where the operator's computer reaches it, for labs behind port forwarding (practice, Vagrant NAT). */
  readonly forwards: Readonly<Record<string, Endpoint>>;
}

/** A value that differs between labs. Lists are lists of words. */
export type ParameterValue = string | number | boolean | readonly string[];
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A lab file, read, checked and completed with defaults. */
export interface Lab {
  /** Path of the lab file, or null when the lab exists in memory only. */
  readonly file: string | null;
  readonly name: string;
  readonly hosts: Readonly<Record<HostName, HostLogin>>;
  readonly parameters: Parameters;
  /** Values of secret parameters that stand in the lab file; they are never among `parameters`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** True for a simulated lab: shown in the banner, and asked nowhere else. */
  readonly practice: boolean;
  /** Names that the operator's computer shall resolve to these addresses, like `curl --resolve`. */
  readonly resolve: Readonly<Record<string, string>>;
  /** Networks the operator's computer routes (CIDR); null = read them from this computer. */
  readonly operatorRoutes: readonly string[] | null;
  /** Absolute path of our known_hosts file for this lab. */
  readonly knownHosts: string;
  /** Absolute path of the directory with journal, state and logs of this lab. */
  readonly stateDir: string;
}

/** Where a mistake stands in a file; lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One mistake in a file that a person wrote: where, what, and what to do now. */
export interface Diagnostic {
  readonly place: SourcePlace | null;
  readonly what: Text;
  readonly remedy: Text;
}

/**
 * An error meant for a person: what happened, where, what to do now, in both languages.
 * `message` is the English text, for logs. Every error that can reach a user is one of these.
 */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  /** Stable identifier, e.g. `ssh-refused`; tests and symptoms refer to it. */
  readonly code: string;
  readonly what: Text;
  readonly remedy: Text;
  /** Host, URL or file:line:column. */
  readonly where: string | null;
  /** Exit status of a command that ends with this error: 2 usage or lab file, 3 could not be checked. */
  readonly exit: 1 | 2 | 3;

  constructor(
    code: string,
    what: Text,
    remedy: Text,
    where: string | null = null,
    exit: 1 | 2 | 3 = 2,
    options?: ErrorOptions,
  ) {
    super(`${where === null ? '' : `${where}: `}${what.en}`, options);
    this.code = code;
    this.what = what;
    this.remedy = remedy;
    this.where = where;
    this.exit = exit;
  }
}
