/** Welcome, connect, Vagrantfile. */
import { form, say } from '../text.js';

export const setup = {
  lead: say(
    'Dari tiga VM Linux kosong sampai https://hit.local: dituntun, diperiksa, dijelaskan.',
    'From three bare Linux VMs to https://hit.local: guided, checked, explained.',
  ),
  ask: say('Mau mulai dari mana?', 'Where do you want to start?'),
  nothingYet: say(
    'Tidak ada yang dihubungi; program ini diam sampai Anda memilih.',
    'Nothing is being contacted; this program is silent until you choose.',
  ),
  opening: form<{ time: string; practice: boolean }>(
    (p) => `${p.practice ? 'Lab praktik sedang disiapkan' : 'Lab sedang dibuka'} … ${p.time}`,
    (p) => `${p.practice ? 'The practice lab is being prepared' : 'The lab is being opened'} … ${p.time}`,
  ),
  choice: {
    practice: {
      title: say('Lab praktik', 'Practice lab'),
      text: say(
        'Simulasi lengkap di komputer ini. Tidak perlu VM, tidak bisa merusak apa pun.',
        'A complete simulation on this computer. No VMs needed, nothing can break.',
      ),
    },
    own: {
      title: say('Tiga VM milik saya', 'My own three VMs'),
      text: say(
        'Isi alamat dan cara masuknya, periksa sidik jari kuncinya, coba sudo, lalu simpan.',
        'Give addresses and login, check the key fingerprints, try sudo, then save.',
      ),
    },
    create: {
      title: say('Buat VM-nya dulu', 'Create the VMs first'),
      text: say(
        'Vagrantfile untuk tiga VM: NAT + host-only, alamat tetap, ukuran yang cukup.',
        'A Vagrantfile for three VMs: NAT + host-only, fixed addresses, sizes that do.',
      ),
    },
    last: {
      title: say('Lab terakhir', 'Last lab'),
      text: say('Lanjutkan dari tempat Anda berhenti.', 'Go on where you stopped.'),
    },
  },
  connectTitle: say('Tiga VM milik saya', 'My own three VMs'),
  field: {
    name: say('nama lab', 'lab name'),
    path: say('berkas lab', 'lab file'),
    user: say('pengguna', 'user'),
    port: say('port SSH', 'SSH port'),
    auth: say('cara masuk', 'login by'),
    key: say('berkas kunci', 'key file'),
    passphrase: say('frasa sandi', 'passphrase'),
    password: say('kata sandi', 'password'),
    sudoPassword: say('sandi sudo', 'sudo password'),
    test: say('Coba masuk ke ketiganya', 'Try to log in to all three'),
    write: say('Tulis berkas lab dan buka', 'Write the lab file and open it'),
  },
  auth: {
    agent: say('ssh-agent', 'ssh-agent'),
    key: say('berkas kunci', 'key file'),
    password: say('kata sandi', 'password'),
  },
  about: {
    address: say(
      'Alamat IPv4 tetap pada jaringan host-only. VM lain dan komputer ini memakainya.',
      'The fixed IPv4 address on the host-only network. The other VMs and this computer use it.',
    ),
    user: say(
      'Pengguna yang sama di ketiga VM; harus boleh sudo.',
      'The same user on all three VMs; must be allowed to sudo.',
    ),
    port: say('Port sshd di ketiga VM. Biasanya 22.', 'The port of sshd on all three VMs. Usually 22.'),
    auth: say(
      'Panah kanan/kiri menukar. ssh-agent: kunci yang sudah dibuka. Berkas kunci: misalnya ~/.ssh/id_ed25519.',
      'Right/left swaps. ssh-agent: a key already unlocked. Key file: such as ~/.ssh/id_ed25519.',
    ),
    key: say(
      'Kunci pribadi, bukan yang berakhiran .pub. Hanya Anda yang boleh membacanya.',
      'The private key, not the one ending in .pub. Only you may be able to read it.',
    ),
    passphrase: say(
      'Kosongkan bila kuncinya tidak berfrasa sandi.',
      'Leave empty if the key has no passphrase.',
    ),
    password: say(
      'Tidak ditampilkan. Berkas lab yang memuatnya hanya bisa Anda baca (0600).',
      'Not shown. A lab file that holds it can be read by you only (0600).',
    ),
    sudoPassword: say(
      'Kosongkan bila sudo tidak meminta sandi (NOPASSWD).',
      'Leave empty if sudo asks for none (NOPASSWD).',
    ),
    name: say(
      'Nama yang tampil di layar; juga diketik untuk menyetujui hal yang menghapus.',
      'The name shown on screen; also typed to agree to anything that destroys.',
    ),
    path: say(
      'Berkas YAML yang akan ditulis. Dengan sandi di dalamnya, haknya 0600.',
      'The YAML file to be written. With a password inside, its mode is 0600.',
    ),
    test: say(
      'Menyambung, menunjukkan sidik jari kunci host untuk Anda setujui, lalu mencoba sudo.',
      'Connects, shows the host key fingerprints for you to accept, then tries sudo.',
    ),
    write: say(
      'Tidak ada VM yang diubah; hanya berkas lab yang ditulis.',
      'No VM is changed; only the lab file is written.',
    ),
  },
  test: {
    untested: say('belum dicoba', 'not tried yet'),
    testing: say('dicoba …', 'trying …'),
    ok: say('bisa masuk', 'logged in'),
    failed: say('gagal', 'failed'),
  },
  hostname: form<{ name: string }>(
    (p) => `namanya ${p.name}`,
    (p) => `calls itself ${p.name}`,
  ),
  vagrantTitle: say('Buat VM-nya dulu', 'Create the VMs first'),
  vagrantLead: say(
    'Vagrantfile ini membuat ketiga VM; perlu Vagrant dan VirtualBox di komputer ini. Enter menulisnya ke direktori ini:',
    'This Vagrantfile creates the three VMs; it needs Vagrant and VirtualBox on this computer. Enter writes it to this directory:',
  ),
  directory: say('direktori', 'directory'),
  noPublicKey: form<{ path: string }>(
    (p) => `${p.path} tidak ada: tanpa kunci publik Anda, vagrant up berhenti. Buat dulu di terminal lain:`,
    (p) =>
      `${p.path} does not exist: without your public key vagrant up stops. Make one in another terminal:`,
  ),
  makeKey: say('ssh-keygen -t ed25519', 'ssh-keygen -t ed25519'),
  written: form<{ path: string }>(
    (p) => `Ditulis: ${p.path}`,
    (p) => `Written: ${p.path}`,
  ),
  nextTitle: say('Berikutnya, berurutan:', 'Next, in this order:'),
  next: {
    key: say(
      'Buat kunci SSH Anda, di terminal lain; kunci publiknya yang dipasang di VM:',
      'Make your SSH key, in another terminal; its public half is put into the VMs:',
    ),
    up: say(
      'Nyalakan ketiga VM, di terminal lain (pertama kali belasan menit: box-nya diunduh):',
      'Start the three VMs, in another terminal (a quarter of an hour the first time: the box is downloaded):',
    ),
    connect: form<{ choice: string; user: string; addresses: string }>(
      (p) =>
        `Sesudah ketiganya nyala, tekan Enter di sini: “${p.choice}”, dengan pengguna ${p.user} dan ${p.addresses} sudah terisi.`,
      (p) =>
        `When all three are up, press Enter here: “${p.choice}”, with user ${p.user} and ${p.addresses} filled in.`,
    ),
  },
};
