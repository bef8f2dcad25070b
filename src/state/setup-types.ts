/** What the screens before there is a lab deal with: answers, what is wrong with them, tries, the VMs of a Vagrantfile. */
import type { HostName, Text } from '../lab/types.js';
import type { TroubleView } from './types.js';

/** Answers of the guided set-up on the connect screen; empty string = not answered yet. */
export interface LabDraft {
  readonly path: string;
  readonly name: string;
  readonly user: string;
  /** Port of sshd on all three hosts, as typed. */
  readonly port: string;
  readonly auth: 'agent' | 'key' | 'password';
  readonly key: string;
  readonly passphrase: string;
  readonly password: string;
  readonly sudoPassword: string;
  readonly addresses: Readonly<Record<HostName, string>>;
}
/** A row of the form on the connect screen. */
export type ConnectField =
  | 'name'
  | 'path'
  | `address.${HostName}`
  | 'user'
  | 'port'
  | 'auth'
  | 'key'
  | 'passphrase'
  | 'password'
  | 'sudoPassword'
  | 'test'
  | 'write';

/** What is wrong with an answer: a few words that fit beside the field, and a sentence that helps. */
export interface FieldProblem {
  readonly short: Text;
  readonly detail: Text;
}

/** The three VMs that a Vagrantfile makes: who logs in where, with which key. */
export interface VagrantPlan {
  readonly addresses: Readonly<Record<HostName, string>>;
  readonly user: string;
  /** Path of the public key that may log in; `~/` is the home directory. */
  readonly publicKey: string;
}

/** Result of trying one host of a draft. */
export type LoginTest =
  | { readonly kind: 'untested' }
  | { readonly kind: 'testing' }
  | {
      readonly kind: 'ok';
      readonly hostname: string;
      readonly os: string;
      readonly sudo: 'nopasswd' | 'password' | 'none';
    }
  | { readonly kind: 'failed'; readonly trouble: TroubleView };
