/** git on practice hosts: real objects, real refusals, a bare repository as remote. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from 'ssh2';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { connect, run, type Answer } from './ssh.js';

let lab: PracticeLab;
let client: Client;
const shell = (script: string): Promise<Answer> => run(client, script);
const text = async (script: string): Promise<string> => (await shell(`exec 2>&1\n${script}`)).stdout;

/** A repository with one commit whose name is known, as git 2.39 makes it of the same files and dates. */
const FIRST = `
rm -rf ~/proj ~/bare.git; mkdir -p ~/proj/a/b ~/proj/.bin; cd ~/proj
git init --quiet .
git config user.name Praktik; git config user.email p@example.com
echo hi >a/b/x.txt; printf '#!/bin/sh\\n' >run.sh; chmod +x run.sh; ln -s run.sh link
printf '.bin/\\n*.log\\n!keep.log\\n/secret\\n' >.gitignore
touch .bin/kubectl z.log keep.log secret a/secret
git add --all
GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000' git commit --quiet -m First
git branch -M main
`;
const REMOTE = `
git init --quiet --bare ~/bare.git; git -C ~/bare.git symbolic-ref HEAD refs/heads/main
git remote add origin ~/bare.git
git push --quiet --set-upstream origin main
`;

beforeAll(async () => {
  lab = await startPracticeLab({ timeScale: 0, seed: 11 });
  client = await connect(lab, 'vm-docker');
  await shell('sudo apt-get update && sudo apt-get install -y git jq');
});
afterAll(async () => {
  client.end();
  await lab.close();
});

describe('a repository', () => {
  it('names commits and trees as git does', async () => {
    expect(await text(`${FIRST}\ngit rev-parse HEAD 'HEAD^{tree}'; git rev-parse --short=8 HEAD`)).toBe(
      '0aa0641ba74ae5b1a8b8f41121d8bf264de147dd\n9f119ab63a53bdd95145f18590fb3fb2e5b1f28b\n0aa0641b\n',
    );
  });
  it('honours .gitignore', async () => {
    expect(
      await text(
        `${FIRST}\ngit ls-files; git check-ignore -v .bin/kubectl; git check-ignore -q keep.log || echo no`,
      ),
    ).toBe('.gitignore\na/b/x.txt\na/secret\nkeep.log\nlink\nrun.sh\n.gitignore:1:.bin/\t.bin/kubectl\nno\n');
  });
  it('commits for nobody without a name', async () => {
    const answer = await shell(
      'rm -rf ~/who; git init --quiet ~/who; cd ~/who; touch x; git add x; git commit -m x',
    );
    expect(answer.code).toBe(128);
    expect(answer.stderr).toContain('*** Please tell me who you are.');
    expect(answer.stderr).toMatch(
      /fatal: unable to auto-detect email address \(got 'cikal@[^']+\.\(none\)'\)/,
    );
  });
  it('says what changed', async () => {
    const answer = await text(
      `${FIRST}\necho more >>a/b/x.txt; rm keep.log; touch fresh; git status --porcelain; git add -A; git diff --cached --name-only; git diff --cached --quiet; echo "rc $?"`,
    );
    expect(answer).toBe(' M a/b/x.txt\n D keep.log\n?? fresh\na/b/x.txt\nfresh\nkeep.log\nrc 1\n');
  });
  it('does not work in a repository of somebody else', async () => {
    const answer = await shell(`${FIRST}\nsudo -u root bash -c "unset SUDO_UID; git -C $HOME/proj status"`);
    expect(answer.code).toBe(128);
    expect(answer.stderr).toContain("fatal: detected dubious ownership in repository at '/home/cikal/proj'");
  });
  it('finds text in a commit, and forgets its first commit when told', async () => {
    const answer = await text(
      `${FIRST}\ngit grep -lE -e 'h[ij]' -e nothing HEAD; git grep -q nothing HEAD || echo none
git update-ref -d HEAD; git rm -r --cached --quiet .; git rev-parse --verify --quiet HEAD || echo gone; git status --porcelain | head -n 1`,
    );
    expect(answer).toBe('HEAD:a/b/x.txt\nnone\ngone\n?? .gitignore\n');
  });
  it('does not delete a branch whose work is nowhere else, save with -D', async () => {
    const answer = await text(
      `${FIRST}\ngit checkout -q -b side; echo s >s; git add s; git commit -qm Side; git checkout -q main
git branch -d side; echo "rc $?"; git branch -D side >/dev/null; echo "rc $?"; git branch ok; git branch -d ok >/dev/null; echo "rc $?"`,
    );
    expect(answer).toBe(
      "error: The branch 'side' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D side'.\nrc 1\nrc 0\nrc 0\n",
    );
  });
  it('gives out the files of a commit as an archive', async () => {
    const answer = await text(
      `${FIRST}\ngit rm -q link; git commit -qm x; git archive --format=tar --output=/tmp/x.tar HEAD; tar -tf /tmp/x.tar`,
    );
    expect(answer).toBe('.gitignore\na/\na/b/\na/b/x.txt\na/secret\nkeep.log\nrun.sh\n');
  });
});

describe('a remote', () => {
  beforeEach(async () => {
    const made = await shell(FIRST + REMOTE);
    if (made.code !== 0) throw new Error(made.stderr);
  });
  it('holds what was pushed', async () => {
    expect(
      await text(
        'cd ~/proj; git ls-remote origin refs/heads/main; git -C ~/bare.git log --oneline; git status | sed -n 2p',
      ),
    ).toBe(
      "0aa0641ba74ae5b1a8b8f41121d8bf264de147dd\trefs/heads/main\n0aa0641 First\nYour branch is up to date with 'origin/main'.\n",
    );
  });
  it('lists what fits a pattern, in which a star passes slashes too', async () => {
    expect(
      await text(
        "cd ~/proj; git push -q origin main:refs/heads/before/one; git ls-remote origin 'refs/heads/before*' | cut -f 2; git ls-remote origin 'm*n' | cut -f 2; git ls-remote origin 'bef' | wc -l",
      ),
    ).toBe('refs/heads/before/one\nrefs/heads/main\n0\n');
  });
  it('is named only once', async () => {
    const answer = await shell('cd ~/proj; git remote add origin /elsewhere');
    expect([answer.code, answer.stderr]).toEqual([3, 'error: remote origin already exists.\n']);
  });
  it('refuses to lose history, unless the lease is what is there', async () => {
    const answer = await text(`cd ~/proj
echo 2 >two; git add two; git commit -qm Two; git push -q
git reset -q --hard HEAD~1; echo 3 >three; git add three; git commit -qm Three
git push; echo "rc $?"
git push --force-with-lease=main:$(git rev-parse HEAD) origin main; echo "rc $?"
git push -q --force-with-lease=main:$(git rev-parse origin/main) origin main; echo "rc $?"
git log --oneline origin/main | cut -d ' ' -f 2-`);
    expect(answer).toContain(' ! [rejected]        main -> main (non-fast-forward)\n');
    expect(answer).toContain(' ! [rejected]        main -> main (stale info)\n');
    expect(answer).toContain("error: failed to push some refs to '/home/cikal/bare.git'");
    expect(answer).toMatch(/rc 1\n[^]*rc 1\nrc 0\nThree\nFirst\n$/);
  });
  it('tells work that we do not have', async () => {
    const answer = await text(`git clone -q ~/bare.git ~/other; cd ~/other
git config user.name O; git config user.email o@example.com; echo o >o; git add o; git commit -qm Theirs; git push -q
cd ~/proj; echo m >m; git add m; git commit -qm Mine; git push; echo "rc $?"
git fetch --quiet --no-tags origin refs/heads/main:refs/remotes/origin/main
git merge-base --is-ancestor origin/main HEAD; echo "rc $?"
git log --oneline HEAD..origin/main | cut -d ' ' -f 2-; rm -rf ~/other`);
    expect(answer).toContain('(fetch first)');
    expect(answer).toMatch(/rc 1\nrc 1\nTheirs\n$/);
  });
  it('is pulled without a loss of what is not committed here', async () => {
    const answer = await text(`rm -rf ~/other; git clone -q ~/bare.git ~/other; cd ~/other
git config user.name O; git config user.email o@example.com
echo o >o; echo changed >keep.log; git add -A; git commit -qm Theirs; git push -q
cd ~/proj; echo mine >>a/b/x.txt; echo staged >new; git add new
echo precious >o; git pull; echo "rc $?"; cat o; rm o
echo dirty >keep.log; git pull -q; echo "rc $?"; git checkout -q keep.log
git pull -q; echo "rc $?"; cat a/b/x.txt keep.log o; git status --porcelain; rm -rf ~/other`);
    expect(answer).toContain(
      'error: The following untracked working tree files would be overwritten by merge:\n\to\nPlease move or remove them before you merge.\nAborting\nrc 1\nprecious\n',
    );
    expect(answer).toContain(
      'error: Your local changes to the following files would be overwritten by merge:\n\tkeep.log\nPlease commit your changes or stash them before you merge.\nAborting\nrc 1\n',
    );
    expect(answer).toMatch(/rc 0\nhi\nmine\nchanged\no\n M a\/b\/x.txt\nA {2}new\n$/);
  });
  it('gets several references at once only where all of them are sure', async () => {
    const answer = await shell('cd ~/proj; git branch two; git push --atomic origin main two');
    expect([answer.code, answer.stderr]).toEqual([
      64,
      'practice lab: git: push --atomic of several references is not simulated\n',
    ]);
  });
  it('that is not there is told as git tells it', async () => {
    const answer = await shell('cd ~/proj; git ls-remote /nowhere');
    expect(answer.code).toBe(128);
    expect(answer.stderr).toContain("fatal: '/nowhere' does not appear to be a git repository");
  });
});

describe('tools beside it', () => {
  it('jq reads standard input only when it is told to', async () => {
    const answer = await text(`printf 'a\\n' >/tmp/v; echo '{"v":"a\\n","n":2}' >/tmp/answer
jq -n --arg x 'y z' '{$x}' -c
jq -e --rawfile value /tmp/v --argjson n 2 '.v == $value and .n == $n' /tmp/answer
jq -j .v /tmp/answer; jq -sc 'map(.n)' /tmp/answer /tmp/answer; jq -e .none /tmp/answer; echo "rc $?"`);
    expect(answer).toBe('{"x":"y z"}\ntrue\na\n[2,2]\nnull\nrc 1\n');
  });
  it('grep takes several patterns', async () => {
    const answer = await text(
      "printf 'a1\\nb.2\\nbx2\\nc3\\n' >/tmp/f; grep -e a1 -e c3 /tmp/f; grep -vxF -e b.2 -e c3 /tmp/f; grep -q '[[:space:]]*\\[\\[x\\]\\]' <<<' [[x]]' && echo brackets",
    );
    expect(answer).toBe('a1\nc3\na1\nbx2\nbrackets\n');
  });
});
