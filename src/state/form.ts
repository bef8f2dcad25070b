/** What is wrong with the answers of the form for one's own VMs, and when it is told. Pure. */
import { formTexts as text } from '../i18n/texts/form.js';
import { setup } from '../i18n/texts/setup.js';
import { isPort, LAB_NAME, ONE_LINE, USER_NAME } from '../lab/answer-rules.js';
import { isHostAddress } from '../lab/net.js';
import { HOST_NAMES, type HostName, type Text } from '../lab/types.js';
import { connectFields } from './typing.js';
import type { AppState, ConnectField, FieldProblem, LabDraft } from './types.js';

/** The host whose address a field holds, or null. */
export function hostOfField(field: ConnectField): HostName | null {
  return HOST_NAMES.find((host) => field === `address.${host}`) ?? null;
}

/** What the field is called on the screen. */
export function fieldName(field: ConnectField): Text {
  switch (field) {
    case 'address.vm-docker':
    case 'address.vm-k8s':
    case 'address.vm-worker': {
      const host = hostOfField(field) ?? HOST_NAMES[0];
      return { id: host, en: host };
    }
    default:
      return setup.field[field];
  }
}

function addressProblem(draft: LabDraft, host: HostName): FieldProblem | null {
  const address = draft.addresses[host];
  if (address === '') return { short: text.blank, detail: text.address.blank };
  if (/^[\d.]+:\d*$/.test(address)) return text.address.port;
  if (/[^\d.]/.test(address)) return text.address.letters;
  if (!isHostAddress(address)) return text.address.wrong;
  const before = HOST_NAMES.slice(0, HOST_NAMES.indexOf(host)).find(
    (one) => draft.addresses[one] === address,
  );
  return before === undefined
    ? null
    : { short: text.address.same({ host: before }), detail: text.address.sameDetail };
}

function keyProblem({ draft, key }: AppState['connect']): FieldProblem | null {
  if (draft.key.trim() === '') return { short: text.blank, detail: setup.about.key };
  if (!ONE_LINE.test(draft.key)) return { short: text.oneLine, detail: setup.about.key };
  if (draft.key.endsWith('.pub')) return text.key.public;
  return key !== null && key.path === draft.key ? key.problem : null;
}

/** What is wrong with one answer as it stands; null when nothing is, as far as can be told from here. */
export function fieldProblem(connect: AppState['connect'], field: ConnectField): FieldProblem | null {
  const { draft } = connect;
  switch (field) {
    case 'address.vm-docker':
      return addressProblem(draft, 'vm-docker');
    case 'address.vm-k8s':
      return addressProblem(draft, 'vm-k8s');
    case 'address.vm-worker':
      return addressProblem(draft, 'vm-worker');
    case 'user':
      if (draft.user === '') return { short: text.blank, detail: setup.about.user };
      return USER_NAME.test(draft.user) ? null : text.user;
    case 'port':
      return /^\d{1,5}$/.test(draft.port) && isPort(Number(draft.port)) ? null : text.port;
    case 'key':
      return keyProblem(connect);
    case 'password':
      return draft.password === '' ? { short: text.blank, detail: setup.about.password } : null;
    case 'name':
      return LAB_NAME.test(draft.name.trim()) ? null : text.name;
    case 'path':
      return draft.path.trim() === '' ? { short: text.blank, detail: setup.about.path } : null;
    case 'passphrase':
    case 'sudoPassword':
    case 'auth':
    case 'test':
    case 'write':
      return null;
  }
}

/** What is told beside a field now: once it has been left; what can only get worse, at once. */
export function toldProblem(connect: AppState['connect'], field: ConnectField): FieldProblem | null {
  const problem = fieldProblem(connect, field);
  if (problem === null || connect.left.includes(field)) return problem;
  return problem === text.address.letters ? problem : null;
}

/** Fields whose answer is wrong, top to bottom. */
export function wrongFields(connect: AppState['connect']): readonly ConnectField[] {
  return connectFields(connect.draft).filter((field) => fieldProblem(connect, field) !== null);
}
