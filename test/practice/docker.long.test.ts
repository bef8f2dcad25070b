import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { Rehearsal } from './runbook.js';
import { until, type Answer } from './ssh.js';

let lab: PracticeLab;
let rehearsal: Rehearsal;
const root = (script: string): Promise<Answer> => rehearsal.root('vm-docker', script);
const user = (script: string): Promise<Answer> => rehearsal.shell('vm-docker', `${script}\n`);
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 21, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  await rehearsal.performAB();
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe('the daemon', () => {
  it('lets only root and the group docker in, and groups count from the login on', async () => {
    const answer = await root(
      'gpasswd -d cikal docker >/dev/null; sudo -u cikal docker ps; echo "$?"; sudo -u gitlab-runner docker ps -q | wc -l; usermod -aG docker cikal; stat -c "%F %U:%G %a" /run/docker.sock; [ -S /var/run/docker.sock ] && echo socket',
    );
    expect(answer.stdout).toContain('1\n10\n');
    expect(answer.stdout).toContain('root:docker 660\nsocket\n');
    expect(answer.stderr).toContain('permission denied while trying to connect to the Docker daemon socket');
  });

  it('newgrp gives a shell inside the shell, which swallows the rest of a script', async () => {
    const answer = await rehearsal.root(
      'vm-docker',
      'id -nG gitlab-runner >/dev/null; printf "newgrp docker\\nid -gn\\n" | sudo -u cikal bash -s; sudo -u cikal id -gn; printf "newgrp sudo\\n" | sudo -u gitlab-runner bash -s; echo "$?"',
    );
    expect(answer.stdout).toBe('docker\ncikal\n1\n');
    expect(answer.stderr).toContain('newgrp: Permission denied');
  });

  it.each([
    ['{"insecure-registries": ["a:1"],}', "invalid character '}' looking for beginning of object key string"],
    [
      '{"insecure-registry": ["a:1"]}',
      "the following directives don't match any configuration option: insecure-registry",
    ],
    ['{"insecure-registries": "a:1"}', 'cannot unmarshal string into Go struct field'],
    ['{"insecure-registries": ["a:1"]', 'unexpected EOF'],
  ])('dockerd --validate refuses %s', async (text, words) => {
    const answer = await root(
      `printf '%s' '${text}' >/tmp/d.json; dockerd --validate --config-file /tmp/d.json; echo "$?"`,
    );
    expect(answer.stdout).toBe('1\n');
    expect(answer.stderr).toContain(words);
  });

  it('runs hello-world, and says what is wrong with names, ports and registries', async () => {
    const answer = await root(
      'docker run --rm hello-world | grep -c "Hello from Docker"; docker run -d --name web -p 443:80 nginx:alpine; echo "$?"; docker rm -f web; docker pull nginx:nope; docker pull UPPER; docker run --rm alpine sh -c "echo out; exit 7"; echo "$?"; docker run -it --rm alpine sh; docker exec nobody true; docker frobnicate; echo "$?"',
    );
    expect(answer.stdout).toContain('1\n');
    expect(answer.stdout).toMatch(/out\n7\n/);
    expect(answer.stderr).toContain('failed to bind host port 0.0.0.0:443/tcp: address already in use');
    expect(answer.stderr).toContain('manifest unknown');
    expect(answer.stderr).toContain('must be lowercase');
    expect(answer.stderr).toContain('the input device is not a TTY');
    expect(answer.stderr).toContain('No such container: nobody');
    expect(answer.stderr).toContain('unknown command: docker frobnicate');
  });

  it('formats what it knows by Go templates', async () => {
    const answer = await root(
      "docker ps --filter name=edge --format '{{.Names}} {{.Image}}'; docker inspect -f '{{.State.Status}} {{range $net, $v := .NetworkSettings.Networks}}{{$net}}{{end}} {{index .Config.Labels \"com.docker.compose.project\"}}' edge-nginx; docker inspect -f '{{.State.Health.Status}}' harbor-core; docker inspect -f '{{.State.Health.Status}}' edge-nginx; echo \"$?\"",
    );
    expect(answer.stdout).toContain('edge-nginx nginx:alpine\nrunning edge-net edge\nhealthy\n');
    expect(answer.stdout.trim().split('\n').at(-1)).not.toBe('0');
  });
});

describe('docker compose', () => {
  const compose = (text: string, command: string) =>
    root(
      `rm -rf /tmp/c; mkdir /tmp/c; cd /tmp/c; cat >docker-compose.yml <<'YAML'\n${text}\nYAML\ndocker compose ${command}; echo "exit $?"; cd /; docker compose -f /tmp/c/docker-compose.yml down 2>/dev/null`,
    );

  it.each([
    ['services:\n  a:\n    imag: x', "additional properties 'imag' not allowed"],
    ['services:\n  a:\n    ports: ["1:1"]', 'has neither an image nor a build context'],
    ['services:\n  a:\n    image: x\n    networks: [n]', 'refers to undefined network n'],
    ['services:\n  a:\n   image: x\n  - b', 'yaml: line'],
  ])('config refuses %j', async (text, words) => {
    const answer = await compose(text, 'config -q');
    expect(answer.stdout).toContain('exit 1');
    expect(answer.stderr).toContain(words);
  });

  it('brings services up with what they depend on, leaves them when nothing changed, and takes them down', async () => {
    const text =
      'services:\n  one:\n    image: busybox\n    command: tail -f /dev/null\n    depends_on: [two]\n  two:\n    image: busybox\n    command: tail -f ${FILE:-/dev/null}\n';
    const answer = await root(
      `rm -rf /tmp/c; mkdir /tmp/c; cd /tmp/c; cat >compose.yaml <<'YAML'\n${text}YAML\ndocker compose up -d one; docker compose ps --format json | jq -r .Service; docker compose up -d; FILE=/x docker compose config | grep -c "tail -f /x"; docker compose ls -q; docker compose down; docker compose ps -q | wc -l`,
    );
    expect(answer.stdout).toBe('one\ntwo\n1\nc\nedge\nharbor\n0\n');
    expect(answer.stderr).toMatch(
      /Container c-two-1 {2}Started[\s\S]*Container c-one-1 {2}Started[\s\S]*Container c-one-1 {2}Running/,
    );
    expect(answer.stderr).toContain('Network c_default  Removed');
  });
});

describe('Harbor', () => {
  it('answers as a registry does: 401 with its header, 200 with a login, 404 for what is not there', async () => {
    const answer = await user(
      'curl -sSI http://harbor.local:8080/v2/ | tr -d "\\r" | grep -iE "^(HTTP|docker-dist|www-auth)"; printf "user = \\"admin:PracticeAdmin2026\\"\\n" | curl -sS -o /dev/null -w "%{http_code}\\n" -K - http://harbor.local:8080/v2/; curl -fsSI http://harbor.local:8080/v2/ >/dev/null; echo "$?"; curl -s http://harbor.local:8080/api/v2.0/health | jq -r .status',
    );
    expect(answer.stdout).toBe(
      'HTTP/1.1 401 Unauthorized\nDocker-Distribution-Api-Version: registry/2.0\nWww-Authenticate: Bearer realm="http://harbor.local:8080/service/token",service="harbor-registry"\n200\n22\nhealthy\n',
    );
  });

  it('takes a push into the project and gives it to another host; not without a login, not without the project', async () => {
    const answer = await root(
      'docker pull -q busybox >/dev/null; docker tag busybox harbor.local:8080/threebody/tool:1; docker push harbor.local:8080/threebody/tool:1; echo "$?"; printf PracticeAdmin2026 | docker login harbor.local:8080 -u admin --password-stdin; printf wrong | docker login harbor.local:8080 -u admin --password-stdin; docker push -q harbor.local:8080/threebody/tool:1; docker rmi -f harbor.local:8080/threebody/tool:1 >/dev/null; docker pull -q harbor.local:8080/threebody/tool:1; docker tag busybox harbor.local:8080/nobody/tool:1; docker push -q harbor.local:8080/nobody/tool:1; docker logout harbor.local:8080',
    );
    expect(answer.stdout).toContain('1\nLogin Succeeded\n');
    expect(answer.stdout).toContain('harbor.local:8080/threebody/tool:1\n');
    expect(answer.stderr).toContain('unauthorized to access repository: threebody/tool, action: push');
    expect(answer.stderr).toContain('unauthorized');
    expect(answer.stderr).toContain('project nobody not found');
    const other = await rehearsal.shell(
      'vm-worker',
      'curl -s -o /dev/null -w "%{http_code}\\n" -u admin:PracticeAdmin2026 http://harbor.local:8080/v2/threebody/tool/manifests/1; curl -s -o /dev/null -w "%{http_code}\\n" http://harbor.local:8080/v2/threebody/tool/manifests/1\n',
    );
    expect(other.stdout).toBe('200\n401\n');
  });

  it('prepare ends with a KeyError on the minimal harbor.yml of the runbook', async () => {
    const answer = await root(
      'cp /opt/harbor/harbor.yml /tmp/h; cd /opt/harbor; printf "hostname: harbor.local\\nhttp:\\n  port: 8080\\nharbor_admin_password: x\\ndata_volume: /data/harbor\\ntrivy:\\n  enabled: false\\n" >harbor.yml; ./prepare; echo "exit $?"; cp /tmp/h harbor.yml',
    );
    expect(answer.stdout).toContain('exit 1');
    expect(answer.stderr).toContain("KeyError: 'max_job_workers'");
  });

  it('half a download is no archive, and curl goes on where it stopped', async () => {
    const answer = await root(
      'u=https://github.com/goharbor/harbor/releases/download/v2.14.1/harbor-offline-installer-v2.14.1.tgz; cd /tmp; curl -fsSL -o h.tgz "$u"; md5sum h.tgz | cut -d" " -f1 >whole; head -c 100000 h.tgz >part.tgz; tar -tzf part.tgz; echo "$?"; curl -fsSL -C - -o part.tgz "$u"; md5sum part.tgz | cut -d" " -f1 | diff - whole && echo same; curl -fsSL -C - -o part.tgz "$u"; echo "$?"; curl -fsSL -o x https://github.com/goharbor/harbor/releases/download/v9.9.9/x.tgz; echo "$?"',
    );
    expect(answer.stdout).toBe('2\nsame\n0\n22\n');
    expect(answer.stderr).toContain('unexpected end of file');
  });
});

describe('the edge', () => {
  it.each([
    ['s/30080;/30080/', 'unexpected "}" in /etc/nginx/conf.d/edge.conf'],
    ['s/server_name hit.local;/server_name hit.local/', 'no "ssl_certificate" is defined'],
    ['s/proxy_pass/proxy_pas/', 'unknown directive "proxy_pas" in /etc/nginx/conf.d/edge.conf'],
    ['$d', 'unexpected end of file, expecting "}" in /etc/nginx/conf.d/edge.conf'],
    ['s/tls.crt/other.crt/', 'cannot load certificate "/etc/nginx/certs/other.crt"'],
    ['s/zone=api_rl burst/zone=other burst/', 'zero size shared memory zone "other"'],
  ])('nginx -t finds what sed %s broke', async (change, words) => {
    const answer = await root(
      `cd ~cikal/three-body-problem/deploy/edge; cp nginx/conf.d/edge.conf /tmp/edge; sed -i '${change}' nginx/conf.d/edge.conf; docker exec edge-nginx nginx -t; echo "$?"; cp /tmp/edge nginx/conf.d/edge.conf; docker exec edge-nginx nginx -t -q; echo "$?"`,
    );
    expect(answer.stdout).toBe('1\n0\n');
    expect(answer.stderr).toMatch(new RegExp(`nginx: \\[emerg\\] .*(${words})`));
    expect(answer.stderr).toContain('configuration file /etc/nginx/nginx.conf test failed');
  });

  it('sends http to https, limits the APIs, and shows a certificate that only its own file vouches for', async () => {
    const answer = await user(
      'r="--resolve hit.local:443:127.0.0.1 --resolve hit.local:80:127.0.0.1"; curl -s -o /dev/null -w "%{http_code} %{redirect_url}\\n" $r http://hit.local/x; curl -sS $r https://hit.local/; echo "$?"; curl -s -o /dev/null -w "%{http_code}\\n" --cacert ~/three-body-problem/deploy/edge/certs/tls.crt $r https://hit.local/; for i in $(seq 1 30); do curl -sk -o /dev/null -w "%{http_code}\\n" $r https://hit.local/go/x; done | sort | uniq -c | awk "{print \\$2}"; openssl x509 -in ~/three-body-problem/deploy/edge/certs/tls.crt -noout -ext subjectAltName | tail -n 1',
    );
    expect(answer.stdout).toBe(
      '301 https://hit.local/x\n60\n502\n502\n503\n    DNS:hit.local, IP Address:192.168.56.42\n',
    );
    expect(answer.stderr).toContain('self-signed certificate');
  });
});

describe('ufw', () => {
  it('asks before it is switched on, and without an answer does nothing', async () => {
    const answer = await rehearsal.root(
      'vm-worker',
      'ufw enable; ufw status; ufw allow 8080/tcp; ufw allow from 192.168.56.0/24; ufw show added; ufw delete allow 8080/tcp; ufw allow nonsense; echo "$?"',
    );
    expect(answer.stdout).toContain('Proceed with operation (y|n)? Aborted\nStatus: inactive\n');
    expect(answer.stdout).toContain('ufw allow 8080/tcp\nufw allow from 192.168.56.0/24\n');
    expect(answer.stderr).toContain("Could not find a profile matching 'nonsense'");
  });

  it('closes ports of the host, not those that Docker publishes; a timer takes it back', async () => {
    const answer = await rehearsal.root(
      'vm-worker',
      'systemd-run -q --unit=rollback --collect --on-active=1 "$(command -v ufw)" disable; ufw --force enable; systemctl is-active rollback.timer',
    );
    expect(answer.stdout).toContain('Firewall is active and enabled on system startup\nactive\n');
    const other = await user(
      'nc -z -w 1 192.168.56.44 22; echo "$?"; nc -z -w 1 192.168.56.42 8080; echo "$?"',
    );
    expect(other.stdout).toMatch(/^[01]\n0\n$/);
    await until(
      async () => (await rehearsal.root('vm-worker', 'ufw status')).stdout === 'Status: inactive\n',
    );
    expect((await user('nc -z -w 1 192.168.56.44 22; echo "$?"')).stdout).toBe('0\n');
    expect((await rehearsal.root('vm-worker', 'systemctl is-active rollback.timer')).stdout).toBe(
      'inactive\n',
    );
  });
});

describe("units of files of one's own", () => {
  it('run their commands, wait, fail with the words of systemd, and try again', async () => {
    const answer = await root(
      `cat >/etc/systemd/system/t.service <<'U'
[Unit]
Description=A test
Requires=docker.service
After=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory=/nowhere
ExecStart=/bin/sh -c 'echo "home is $$HOME"'
[Install]
WantedBy=multi-user.target
U
systemctl enable -q t; systemctl start t; systemctl show t -p ActiveState,ExecMainStatus; sed -i s,/nowhere,/tmp, /etc/systemd/system/t.service; systemctl show -p NeedDaemonReload --value t; systemctl daemon-reload; systemctl start t; systemctl is-active t; journalctl -u t -o cat -n 2; systemctl disable -q --now t; rm /etc/systemd/system/t.service; systemctl daemon-reload; systemctl show -p LoadState --value t`,
    );
    expect(answer.stdout).toContain('ActiveState=failed\nExecMainStatus=200\nyes\nactive\n');
    expect(answer.stdout).toContain('home is /root\n');
    expect(answer.stdout).toContain('not-found\n');
  });
});
