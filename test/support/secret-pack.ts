/** A runbook pack whose steps use every kind of staged file: for tests that look where a secret might leak. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const TRACK = `id: secrets
title: {id: rahasia, en: secrets}
about: {id: a, en: a}
phases: [phase-a.yaml]
parameters:
  - {name: admin_password, type: secret, generate: true, about: {id: Kata sandi admin., en: Password of the admin.}}
  - {name: runner_token, type: secret, about: {id: Token runner., en: Token of the runner.}}
  - {name: proxy_password, type: secret, optional: true, about: {id: Boleh kosong., en: May be empty.}}
  - {name: installer, type: path, optional: true, about: {id: Berkas di komputer ini., en: A file on this computer.}}
  - {name: nickname, type: word, optional: true, about: {id: Boleh kosong., en: May be empty.}}
`;

const GATE = `
    gates:
      - id: there
        title: {id: ada, en: there}
        probe: {command: test -e /var/tmp/tb-secrets/done}
        outcomes:
          - {when: {exit: 0}, verdict: pass}
          - {verdict: fail, say: {id: belum, en: not yet}}`;

const TEXTS = `
    why: {id: a, en: a}
    effect: {id: a, en: a}
    success: {id: a, en: a}`;

const PHASE = `id: A
title: {id: a, en: a}
about: {id: a, en: a}
hosts: [vm-docker, vm-k8s, vm-worker]
steps:
  - id: A1
    title: {id: memakai rahasia, en: using secrets}
    hosts: [vm-docker]${TEXTS}
    actions:
      - id: use
        say: {id: Memakai rahasia., en: Uses secrets.}
        risk: config
        files:
          - {name: password, secret: admin_password}
          - {name: token, secret: runner_token}
          - {name: proxy, secret: proxy_password}
          - {name: installer.tgz, upload: installer}
          - {name: words, template: words}
        script: |
          nickname={{param.nickname}}
          mkdir -p /var/tmp/tb-secrets
          ps -eo args >/var/tmp/tb-secrets/ps
          stat -c '%a %n' "$TB_FILES"/* | sed 's|/.*/||'
          for name in password token installer.tgz; do
            if [ -e "$TB_FILES/$name" ]; then
              echo "$name sha256 $(sha256sum <"$TB_FILES/$name" | cut -c 1-64)"
            fi
          done
          printf 'nickname "%s"\\n' "$nickname"
          echo "careless: $(cat "$TB_FILES/password") and $(base64 -w0 "$TB_FILES/token")"
          tb_install password /etc/tb-secret 0600
          if grep -qF -f "$TB_FILES/password" /var/tmp/tb-secrets/ps; then echo 'LEAK in ps'; fi
          if grep -qF -f "$TB_FILES/token" /var/tmp/tb-secrets/ps; then echo 'LEAK in ps'; fi
          touch /var/tmp/tb-secrets/done
        undo: |
          tb_restore /etc/tb-secret
          rm -rf /var/tmp/tb-secrets${GATE}
  - id: A2
    title: {id: mengambil dari host lain, en: fetched from another host}
    hosts: [vm-worker]${TEXTS}
    actions:
      - id: join
        say: {id: Memakai perintah join., en: Uses a join command.}
        risk: config
        as: user
        files:
          - name: join
            from: vm-k8s
            command: |
              hostname >&2
              if [ -e /var/tmp/refuse ]; then echo 'no such cluster' >&2; exit 3; fi
              printf 'cluster join Xk29-%s-token-71\\n' fetched
        script: |
          mkdir -p /var/tmp/tb-secrets
          echo "fetched: $(cat "$TB_FILES/join")"
          find ~/.threebody/jobs -type f -path '*/files/*' | grep -v "$TB_JOB" || echo 'no file is left'
          touch /var/tmp/tb-secrets/done
        undo: |
          rm -rf /var/tmp/tb-secrets${GATE}
  - id: A3
    title: {id: merusak, en: breaking}
    hosts: [vm-k8s]${TEXTS}
    actions:
      - id: refuse
        say: {id: Menolak., en: Refuses.}
        risk: safe
        script: |
          mkdir -p /var/tmp/tb-secrets
          touch /var/tmp/refuse /var/tmp/tb-secrets/done
        undo: rm -rf /var/tmp/refuse /var/tmp/tb-secrets${GATE}
`;

export const FETCHED = 'Xk29-fetched-token-71';

/** Writes the pack into a directory below this one and returns its path. */
export async function writeSecretPack(below: string): Promise<string> {
  const pack = join(below, 'secret-pack');
  await mkdir(join(pack, 'runbook'), { recursive: true });
  await mkdir(join(pack, 'templates'), { recursive: true });
  await writeFile(join(pack, 'runbook', 'track.yaml'), TRACK);
  await writeFile(join(pack, 'runbook', 'phase-a.yaml'), PHASE);
  await writeFile(join(pack, 'templates', 'words'), 'plain words on {{host.name}}\n');
  return pack;
}
