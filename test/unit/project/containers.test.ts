/** Scripts and configuration that run inside the Pods, by a real sh and a real nginx. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { has } from '../content/sandbox.js';
import { containersOf, labels, named } from './workloads.js';

describe('scripts inside containers', () => {
  const wait = containersOf('laravel-migrate')[0]?.command?.[2] ?? '';
  const migrate = containersOf('laravel-migrate')[1]?.command?.[2] ?? '';
  const ended = (
    script: string,
    functions: string,
  ): { readonly code: number | null; readonly out: string } => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', `${functions}\n${script}`], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        DB_HOST: 'mysql-0.mysql',
        DB_PORT: '3306',
        DB_USERNAME: 'threebody',
        DB_DATABASE: 'threebody',
        MYSQL_PWD: 'p4ss',
      },
    });
    return { code: status, out: stdout + stderr };
  };

  it('waits for a server that cannot be reached yet', () => {
    const { code, out } = ended(
      wait,
      `tries=0; dir=$(mktemp -d); sleep() { :; }
      mysql() { echo x >>"$dir/n"; [ "$(wc -l <"$dir/n")" -gt 3 ] || { echo "ERROR 2003 (HY000): Can't connect to MySQL server"; return 1; }; }`,
    );
    expect(code).toBe(0);
    expect(out).toContain('waiting for MySQL at mysql-0.mysql');
    expect(out).toContain('answers');
  });

  it.for([
    ["ERROR 1045 (28000): Access denied for user 'threebody'@'10.244.1.7'", 'refuses the user threebody'],
    ["ERROR 1049 (42000): Unknown database 'threebody'", 'has no database threebody'],
  ] as const)('gives up at once on %s', ([answer, told]) => {
    const { code, out } = ended(wait, `sleep() { exit 99; }\nmysql() { echo "${answer}"; return 1; }`);
    expect(code).toBe(1);
    expect(out).toContain(told);
    expect(out).not.toContain('p4ss');
  });

  it.for([
    ['0', true],
    ['5', false],
  ] as const)('with %s products, seeds: %s', ([rows, seeds]) => {
    const { code, out } = ended(
      migrate,
      `php() { case $1 in -r) printf %s ${rows} ;; *) echo "php $*" ;; esac; }`,
    );
    expect(code).toBe(0);
    expect(out.includes('php artisan db:seed --force')).toBe(seeds);
    expect(out).toContain('php artisan migrate --force');
  });

  it('does not seed after a migration that failed', () => {
    const { code, out } = ended(migrate, `php() { echo "php $*"; case $* in *migrate*) return 1 ;; esac; }`);
    expect(code).not.toBe(0);
    expect(out).not.toContain('db:seed');
  });

  it.for([
    ['999', 0, ''],
    ['0', 0, 'chown -R 999:999 /var/lib/mysql'],
    ['1001', 1, ''],
  ] as const)('fix-perms on a directory of %s', ([owner, code, called]) => {
    const script = containersOf('mysql')[0]?.command?.[2] ?? '';
    const seen = ended(script, `stat() { echo ${owner}; }; chown() { echo "chown $*"; }; chmod() { :; }`);
    expect(seen.code).toBe(code);
    expect(/^chown .*/m.exec(seen.out)?.[0] ?? '').toBe(called);
  });
});

describe("laravel's nginx", () => {
  it.skipIf(!has('nginx', '-v'))('is accepted by nginx itself, without root', () => {
    const { data } = z.looseObject({ data: labels }).parse(named('ConfigMap', 'laravel-nginx-conf'));
    const root = mkdtempSync(join(tmpdir(), 'nginx-'));
    mkdirSync(join(root, 'conf.d'));
    writeFileSync(join(root, 'conf.d/default.conf'), data['default.conf'] ?? '');
    writeFileSync(join(root, 'mime.types'), 'types { text/html html; }');
    writeFileSync(
      join(root, 'nginx.conf'),
      (data['nginx.conf'] ?? '')
        .replaceAll('/tmp/', `${root}/`)
        .replaceAll('/etc/nginx/', `${root}/`)
        .replaceAll(/\/dev\/std(?:out|err)/g, `${root}/log`),
    );
    const { stderr, status } = spawnSync('nginx', ['-t', '-p', root, '-c', join(root, 'nginx.conf')], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('syntax is ok');
    expect(status, stderr).toBe(0);
  });

  it('hands only index.php to PHP', () => {
    const { data } = z.looseObject({ data: labels }).parse(named('ConfigMap', 'laravel-nginx-conf'));
    const conf = data['default.conf'] ?? '';
    expect(conf.match(/fastcgi_pass/g)).toHaveLength(1);
    expect(conf).toMatch(/location = \/index\.php \{[^}]*fastcgi_pass 127\.0\.0\.1:9000;/);
    expect(conf).toContain('listen 8080;');
  });
});
