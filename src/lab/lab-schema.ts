/** The lab file as YAML: what may stand in it. What becomes of it is in parse-lab.ts. */
import { z } from 'zod';
import { isPort, LAB_NAME, ONE_LINE, USER_NAME } from './answer-rules.js';
import { isHostAddress, parseIpv4 } from './net.js';
import { checkCidr, isHostname } from './parameters.js';
import { bilingual } from './yaml.js';

const user = z
  .string()
  .regex(
    USER_NAME,
    bilingual(
      'nama pengguna Linux: huruf, angka, titik, garis bawah, tanda hubung',
      'a Linux user name: letters, digits, dots, underscores, hyphens',
    ),
  );
const port = z
  .number()
  .refine(isPort, bilingual('nomor port adalah 1 sampai 65535', 'a port number is 1 to 65535'));
const secret = z
  .string()
  .regex(
    ONE_LINE,
    bilingual(
      'satu baris yang tidak kosong, tanpa karakter kendali',
      'one line, not empty, without control characters',
    ),
  );
const filePath = z
  .string()
  .regex(ONE_LINE, bilingual('path berkas dalam satu baris', 'the path of a file, on one line'));
const address = z
  .string()
  .refine(
    isHostAddress,
    bilingual(
      'harus alamat IPv4 sebuah mesin, seperti 192.168.56.42',
      'must be the IPv4 address of a machine, like 192.168.56.42',
    ),
  );
const ipv4 = z
  .string()
  .refine(
    (value) => parseIpv4(value) !== null,
    bilingual('harus alamat IPv4, seperti 192.168.56.42', 'must be an IPv4 address, like 192.168.56.42'),
  );
const cidr = z.string().superRefine((value, context) => {
  const wrong = checkCidr(value);
  if (wrong !== null) context.addIssue({ code: 'custom', message: bilingual(wrong.id, wrong.en) });
});
const hostKey = z
  .string()
  .refine(
    isHostname,
    bilingual(
      'harus nama host: huruf kecil, angka, tanda hubung, dipisah titik',
      'must be a host name: lower-case letters, digits and hyphens, joined by dots',
    ),
  );

/** `127.0.0.1:40001` or `localhost:40001`. */
export const ENDPOINT = /^([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):([0-9]{1,5})$/;
/** `user@host:port`, user and port optional. */
export const JUMP =
  /^(?:([A-Za-z_][A-Za-z0-9._-]{0,31})@)?([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::([0-9]{1,5}))?$/;

const endpoint = z
  .string()
  .refine(
    (value) => isPort(Number(ENDPOINT.exec(value)?.[2])),
    bilingual(
      'harus host:port dalam tanda kutip, seperti "127.0.0.1:40001"',
      'must be host:port in quotes, like "127.0.0.1:40001"',
    ),
  );
const jump = z.string().refine(
  (value) => {
    const match = JUMP.exec(value);
    return match !== null && (match[3] === undefined || isPort(Number(match[3])));
  },
  bilingual('harus user@host:port', 'must be user@host:port'),
);
const forwardedPort = z
  .string()
  .refine(
    (value) => /^[0-9]{1,5}$/.test(value) && isPort(Number(value)),
    bilingual('kuncinya harus nomor port, 1 sampai 65535', 'the key must be a port number, 1 to 65535'),
  );

/** What may be said once for all hosts, or again for one of them. */
const login = {
  user: user.optional(),
  key: filePath.optional().describe('private key file; ~/ is the home directory, else relative to this file'),
  passphrase: secret.optional().describe('opens the private key'),
  password: secret.optional(),
  agent: z.boolean().optional().describe('also try the keys of the running SSH agent'),
  sudo_password: secret.optional().describe('when the user has no NOPASSWD rule'),
  ssh_port: port.optional(),
};

export const hostSchema = z.strictObject({
  name: z.string(),
  address,
  ...login,
  ssh_config_host: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/,
      bilingual('satu nama Host dari ~/.ssh/config, tanpa pola', 'one Host of ~/.ssh/config, no pattern'),
    )
    .optional(),
  proxy_jump: jump.optional(),
  forwards: z
    .record(forwardedPort, endpoint)
    .optional()
    .describe('port on the host → where this computer reaches it; nothing else of the host is dialled then'),
});
export type HostSource = z.infer<typeof hostSchema>;

export const labFileSchema = z.strictObject({
  name: z
    .string()
    .regex(LAB_NAME, bilingual('1 sampai 64 karakter yang dapat dicetak', '1 to 64 printable characters'))
    .optional(),
  ...login,
  hosts: z.array(hostSchema),
  resolve: z.record(hostKey, ipv4).optional().describe('names this computer shall take to these addresses'),
  operator_routes: z.array(cidr).max(256).optional(),
  practice: z.boolean().optional().describe('only for a simulated lab'),
  parameters: z.record(z.string(), z.unknown()).optional(),
  secrets: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('values of secret parameters; the file must be readable by you alone (chmod 600)'),
});
export type LabFileSource = z.infer<typeof labFileSchema>;
