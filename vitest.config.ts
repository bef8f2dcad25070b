import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where every run also writes its results as JSON, for whoever sums up several runs. */
const report = process.env['THREEBODY_TEST_REPORT'];

/** The lab tests build on one another, phase by phase: they run in the order of their names. */
class PhaseByPhase extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const inLab = (one: TestSpecification): boolean => one.project.name === 'lab';
    return [
      ...sorted.filter((one) => !inLab(one)),
      ...sorted.filter(inLab).toSorted((a, b) => a.moduleId.localeCompare(b.moduleId)),
    ];
  }
}

/** Minutes of work: rehearsals in the practice lab, whole commands on hosts of loopback, shellcheck over all content. */
const LONG = 'test/{practice,practice-cli,unit}/**/*.long.test.ts';
/** Faults of the practice lab from injected to healed, seven minutes by themselves: before they go into docs/verified.md. */
const FAULTS = 'test/practice/diagnose*.faults.test.ts';

/** Every core: by itself vitest leaves one free, which is half of a machine with two. */
const everyCore = availableParallelism();

/** One folder below test/ is one project; `vitest run --project unit` runs one of them. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/temporary.ts'],
    sequence: { sequencer: PhaseByPhase },
    maxWorkers: everyCore,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          exclude: [LONG],
          isolate: false,
          testTimeout: 30_000,
          globalSetup: ['test/support/bundle.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'screens',
          include: ['test/screens/**/*.test.{ts,tsx}'],
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'practice',
          include: ['test/practice/**/*.test.ts'],
          exclude: [LONG, FAULTS],
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 90_000,
        },
      },
      {
        // Not part of `npm test`, which people wait for.
        extends: true,
        test: {
          name: 'long',
          include: [LONG],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          globalSetup: ['test/support/bundle.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'faults', include: [FAULTS], testTimeout: 300_000, hookTimeout: 600_000 },
      },
      {
        extends: true,
        test: { name: 'arch', include: ['test/arch/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        // The demo application's back ends on Debian's Go, PHP and MariaDB; skipped, loudly, where those are missing.
        extends: true,
        test: {
          name: 'apps',
          include: ['test/lab-apps/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // The built bundle in a terminal, with a whole lab behind it: after all others.
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
