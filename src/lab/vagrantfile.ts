/** The Vagrantfile that makes the three VMs, from its template. Pure. */
import { USER_NAME } from './answer-rules.js';
import { formatIpv4, isHostAddress, parseIpv4 } from './net.js';
import { HOST_NAMES, Trouble, type HostName, type Parameters } from './types.js';

export interface VmSize {
  readonly cpus: number;
  readonly memoryMb: number;
}

/** Enough for the whole runbook without monitoring (research on kubeadm's and Harbor's own minimums). */
export const VM_SIZES: Readonly<Record<HostName, VmSize>> = {
  'vm-docker': { cpus: 2, memoryMb: 4096 },
  'vm-k8s': { cpus: 2, memoryMb: 4096 },
  'vm-worker': { cpus: 2, memoryMb: 6144 },
};
/** Sizes as the lab's parameters ask for them (`vm_cpus`, `docker_memory_mib` …); {@link VM_SIZES} for what they leave open. */
export function vmSizes(parameters: Parameters): Readonly<Record<HostName, VmSize>> {
  const number = (name: string, otherwise: number): number => {
    const value = parameters[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const size = (host: HostName, memory: string): VmSize => ({
    cpus: number('vm_cpus', VM_SIZES[host].cpus),
    memoryMb: number(memory, VM_SIZES[host].memoryMb),
  });
  return {
    'vm-docker': size('vm-docker', 'docker_memory_mib'),
    'vm-k8s': size('vm-k8s', 'k8s_memory_mib'),
    'vm-worker': size('vm-worker', 'worker_memory_mib'),
  };
}
export const VAGRANT_BOX = 'bento/ubuntu-24.04';

export interface VagrantOptions {
  readonly addresses: Readonly<Record<HostName, string>>;
  /** Login made on each VM. */
  readonly user: string;
  /** Path of the operator's public key; `~/` is left to Ruby. */
  readonly publicKey: string;
  /** Default {@link VAGRANT_BOX}. */
  readonly box?: string;
  /** Default {@link VM_SIZES}. */
  readonly sizes?: Readonly<Record<HostName, VmSize>>;
}

/**
 * Fills in the template.
 * @param template text of assets/templates/Vagrantfile
 * @throws Trouble `vagrant-options` when the VMs could not come up so
 */
export function renderVagrantfile(template: string, options: VagrantOptions): string {
  checkOptions(options);
  const sizes = options.sizes ?? VM_SIZES;
  const machines = HOST_NAMES.map((name) => {
    const { cpus, memoryMb } = sizes[name];
    return `  ${ruby(name)} => { address: ${ruby(options.addresses[name])}, cpus: ${cpus}, memory: ${memoryMb} }`;
  }).join(',\n');
  const values: Readonly<Record<string, string>> = {
    box: ruby(options.box ?? VAGRANT_BOX),
    user: ruby(options.user),
    public_key: ruby(options.publicKey),
    machines,
  };
  return template.replaceAll(/@@([a-z_]+)@@/g, (whole, name: string) => values[name] ?? whole);
}

/** A Ruby string literal in single quotes, in which only the quote and the backslash mean something. */
function ruby(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (one) => `\\${one}`)}'`;
}

function checkOptions(options: VagrantOptions): void {
  const addresses = HOST_NAMES.map((name) => options.addresses[name]);
  for (const address of addresses) {
    const last = (parseIpv4(address) ?? 0) % 256;
    if (!isHostAddress(address) || last <= 1 || last === 255)
      throw refused(
        { id: `alamat ${address} tidak dapat dipakai VM`, en: `a VM cannot have the address ${address}` },
        {
          id: 'Pakai alamat .2 sampai .254 dari satu jaringan host-only; .1 milik komputer Anda.',
          en: 'Use addresses .2 to .254 of one host-only network; .1 is your own computer.',
        },
      );
  }
  const networks = new Set(addresses.map((address) => Math.floor((parseIpv4(address) ?? 0) / 256)));
  if (networks.size > 1 || new Set(addresses).size < addresses.length) {
    const base = formatIpv4(([...networks][0] ?? 0) * 256);
    throw refused(
      {
        id: 'ketiga VM harus punya alamat berbeda dalam satu jaringan /24',
        en: 'the three VMs need different addresses in one /24 network',
      },
      { id: `Pakai tiga alamat dari ${base}/24.`, en: `Use three addresses of ${base}/24.` },
    );
  }
  if (!USER_NAME.test(options.user))
    throw refused(
      { id: 'nama pengguna tidak sah', en: 'the user name is not valid' },
      {
        id: 'Pakai huruf kecil dan angka, mis. cikal.',
        en: 'Use lower-case letters and digits, e.g. cikal.',
      },
    );
  if (
    !/^[^\p{Cc}]{1,1024}$/u.test(options.publicKey) ||
    !/^[\w./:@-]{1,255}$/.test(options.box ?? VAGRANT_BOX)
  )
    throw refused(
      { id: 'path kunci publik atau nama box tidak sah', en: 'the public key path or box name is not valid' },
      { id: 'Periksa keduanya; tanpa baris baru.', en: 'Check both; no line breaks.' },
    );
}

function refused(what: Trouble['what'], remedy: Trouble['remedy']): Trouble {
  return new Trouble('vagrant-options', what, remedy);
}
