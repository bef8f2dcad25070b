/** What is wrong with an answer on the form for one's own VMs: a few words beside the field, a sentence below it. */
import { form, say } from '../text.js';

export const formTexts = {
  wrong: form<{ count: number; first: string }>(
    (p) =>
      p.count === 1 ? `${p.first} belum benar.` : `${p.count} isian belum benar; mulai dari ${p.first}.`,
    (p) =>
      p.count === 1
        ? `${p.first} is not right yet.`
        : `${p.count} answers are not right yet; start with ${p.first}.`,
  ),
  blank: say('belum diisi', 'not filled in'),
  address: {
    blank: say(
      'Tanyakan pada VM-nya: ip -4 -brief address. Contoh: 192.168.56.42.',
      'Ask the VM: ip -4 -brief address. For example 192.168.56.42.',
    ),
    letters: {
      short: say('hanya angka dan titik', 'digits and dots only'),
      detail: say(
        'Nama host tidak bisa di sini. Ketik alamat IPv4-nya, seperti 192.168.56.42.',
        'A host name cannot stand here. Type its IPv4 address, like 192.168.56.42.',
      ),
    },
    port: {
      short: say('port ada isiannya sendiri', 'the port has its own field'),
      detail: say(
        'Hapus titik dua dan sesudahnya; nomor port ditulis di isian port.',
        'Remove the colon and what follows; the port number goes into the field port.',
      ),
    },
    wrong: {
      short: say('bukan alamat IPv4 VM', 'not an IPv4 address of a VM'),
      detail: say(
        'Empat angka 0 sampai 255 dengan titik, seperti 192.168.56.42; bukan 127.x atau 0.x.',
        'Four numbers 0 to 255 with dots, like 192.168.56.42; not 127.x or 0.x.',
      ),
    },
    same: form<{ host: string }>(
      (p) => `sama dengan ${p.host}`,
      (p) => `same as ${p.host}`,
    ),
    sameDetail: say(
      'Setiap VM punya alamat sendiri. Tanyakan pada VM-nya: ip -4 -brief address.',
      'Each VM has an address of its own. Ask the VM: ip -4 -brief address.',
    ),
  },
  user: {
    short: say('bukan nama pengguna Linux', 'not a Linux user name'),
    detail: say(
      'Huruf, angka, titik, garis bawah, tanda hubung; diawali huruf. Tanyakan pada VM-nya: whoami.',
      'Letters, digits, dots, underscores, hyphens; a letter first. Ask the VM: whoami.',
    ),
  },
  port: {
    short: say('nomor 1 sampai 65535', 'a number from 1 to 65535'),
    detail: say(
      'Biasanya 22. Lain dari itu hanya bila sshd di VM diatur begitu.',
      'Usually 22. Another one only if sshd on the VMs is set so.',
    ),
  },
  key: {
    public: {
      short: say('ini kunci publik', 'this is the public key'),
      detail: say(
        'Sebut kunci pribadinya: nama yang sama tanpa .pub.',
        'Name the private key: the same name without .pub.',
      ),
    },
    unusable: say('kunci ini tidak bisa dipakai', 'this key cannot be used'),
  },
  name: {
    short: say('1 sampai 64 karakter', '1 to 64 characters'),
    detail: say(
      'Nama bebas yang bisa ditampilkan, misalnya kelas-a.',
      'Any name that can be shown, such as class-a.',
    ),
  },
  oneLine: say('satu baris saja', 'one line only'),
} as const;
