/** What the loader hands out: checked content, and content rendered for one lab. */
import type {
  HostName,
  ParameterValue,
  Parameters,
  Place,
  SourcePlace,
  Subject,
  Text,
} from '../lab/types.js';
import type { FlowSource } from './path-schema.js';
import type { GateId, GateKey, RenderedProbe } from '../gates/types.js';
import type {
  ActionSource,
  GateSource,
  OutcomeSource,
  ParameterSource,
  PhaseSource,
  StepSource,
  TrackSource,
} from './schema.js';

export type StepId = string;
export type PhaseId = string;
export type Variant = 'ours' | 'runbook';

export interface Action extends ActionSource {
  readonly place: SourcePlace;
}
export interface Gate extends GateSource {
  readonly fullId: GateId;
  readonly step: StepId;
  readonly place: SourcePlace;
}
export interface Step extends Omit<StepSource, 'actions' | 'gates'> {
  readonly phase: PhaseId;
  readonly actions: readonly Action[];
  readonly gates: readonly Gate[];
  readonly place: SourcePlace;
}
export interface Phase extends Omit<PhaseSource, 'steps'> {
  readonly steps: readonly Step[];
}
/** A parameter with its default; what may be left out is empty then. */
export interface Parameter extends Omit<ParameterSource, 'default'> {
  readonly default: ParameterValue;
}
export interface GlossaryTerm {
  readonly id: string;
  readonly term: string;
  readonly also: readonly string[];
  readonly text: Text;
  readonly see: readonly string[];
}

/** The whole content of one track: phases in order, looked up by id. */
export interface Runbook {
  readonly track: Omit<TrackSource, 'phases' | 'parameters'>;
  readonly parameters: readonly Parameter[];
  readonly phases: readonly Phase[];
  readonly glossary: readonly GlossaryTerm[];
  /** The two flows of the lab, hop by hop. */
  readonly path: readonly FlowSource[];
  /** Template name → its text, as in assets/templates. */
  readonly templates: Readonly<Record<string, string>>;
  /** The shell functions that every action script can call (tb_backup, tb_restore, tb_install), as in assets/templates/prelude.sh. */
  readonly prelude: string;
  /** Paths of the files that the lab's repository begins with. */
  readonly project: readonly string[];
}

/** Values for placeholders on one host. `{{param.dns_servers}}`, `{{host.address}}`, `{{vm-docker.address}}`, `{{lab.user}}`. */
export interface RenderContext {
  readonly host: HostName | null;
  readonly addresses: Readonly<Record<HostName, string>>;
  readonly user: string;
  readonly parameters: Parameters;
}

/**
 * Where the contents of a staged file come from. Only a template's are known when content is rendered; all others are
 * brought when the job is started, so that no secret is ever in what is planned, shown or listed.
 */
export type RenderedSource =
  | { readonly kind: 'template'; readonly template: string; readonly content: string }
  | { readonly kind: 'secret'; readonly parameter: string }
  | {
      readonly kind: 'fetched';
      readonly from: HostName;
      readonly as: 'root' | 'user';
      readonly script: string;
    }
  /** `path` is a file on the operator's computer; null when the parameter is empty, and the file is absent then. */
  | { readonly kind: 'upload'; readonly parameter: string; readonly path: string | null }
  /** `path` is a person's own project, a folder or an archive on the operator's computer; null: ours, of so many files. */
  | { readonly kind: 'project'; readonly files: number; readonly path: string | null };

/** A file to be staged beside a script, as `$TB_FILES/<name>`. */
export interface RenderedFile {
  readonly name: string;
  readonly source: RenderedSource;
  /** True where the lab's parameters do without it: it is not asked for then, and not there when the action runs. */
  readonly absent?: boolean;
}

/** One action on one host, ready to run or to be shown. */
export interface RenderedAction {
  readonly step: StepId;
  readonly action: string;
  readonly host: HostName;
  readonly variant: Variant;
  readonly as: 'root' | 'user';
  readonly risk: 'safe' | 'config' | 'destroys';
  readonly say: Text;
  /** Exactly what runs, without the prelude. */
  readonly script: string;
  readonly satisfied: string | null;
  readonly undo: string | null;
  readonly files: readonly RenderedFile[];
  /** Keeps what undo needs before the runbook's own lines run; our own script does so itself. */
  readonly keep: string | null;
  /** The runbook's own lines, rendered, or null when ours are the runbook's. */
  readonly runbookScript: string | null;
  readonly timeoutMs: number;
  readonly reconnect: boolean;
}

/** One gate for one subject, ready to be probed and judged. */
export interface RenderedGate {
  readonly key: GateKey;
  readonly gate: GateId;
  readonly step: StepId;
  readonly subject: Subject;
  readonly title: Text;
  /** Place → probe. A compare gate has several, any other exactly one. */
  readonly probes: Readonly<Partial<Record<Place, RenderedProbe>>>;
  readonly outcomes: readonly OutcomeSource[];
  readonly needs: readonly GateKey[];
  readonly freshMs: number;
}

export type { ParameterValue };
