/** Which shape each JSON document has; published as assets/schema/out-<kind>.json. */
import type { z } from 'zod';
import type { DocumentKind } from './document.js';
import { diagnoseDocument, fixUndoDocument } from './schemas-diagnose.js';
import { driftDocument } from './schemas-drift.js';
import { faultDocument } from './schemas-fault.js';
import {
  faultsDocument,
  gatesDocument,
  glossaryDocument,
  stepsDocument,
  symptomsDocument,
} from './schemas-lists.js';
import { diaryDocument, expiryDocument, smokeDocument } from './schemas-smoke.js';
import {
  cancelDocument,
  connectDocument,
  planDocument,
  runDocument,
  scaffoldDocument,
} from './schemas-work.js';
import { bundleDocument, checkDocument, reportDocument } from './schemas.js';

export const DOCUMENTS: Readonly<Record<DocumentKind, z.ZodType>> = {
  bundle: bundleDocument,
  cancel: cancelDocument,
  check: checkDocument,
  connect: connectDocument,
  diagnose: diagnoseDocument,
  diary: diaryDocument,
  drift: driftDocument,
  expiry: expiryDocument,
  fault: faultDocument,
  faults: faultsDocument,
  'fix-undo': fixUndoDocument,
  gates: gatesDocument,
  glossary: glossaryDocument,
  plan: planDocument,
  report: reportDocument,
  run: runDocument,
  scaffold: scaffoldDocument,
  smoke: smokeDocument,
  steps: stepsDocument,
  symptoms: symptomsDocument,
  undo: runDocument,
};
