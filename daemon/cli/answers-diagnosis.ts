/** Explanations and diagnoses as the API answers them, as far as the CLI reads them. Types only. */

export interface WhyAnswer {
  code: string;
  what: string;
  todo: string;
  command: string | null;
}
export interface ExplanationAnswer {
  variable: string;
  session: { name: string; environment: string | null; generation: number };
  has: string | null;
  secrets: {
    secret: string;
    variable: string;
    version: number | null;
    as: 'env' | 'file';
    active: boolean;
    activated: { by: string; at: string; request: string | null; until: string | null } | null;
    expiresAt: string | null;
    elsewhere: string[];
    why: WhyAnswer | null;
  }[];
  sandboxes: {
    name: string;
    secret: string | null;
    version: number | null;
    variable: string | null;
    since: string | null;
    beside: ('image' | 'own')[];
  }[];
  why: WhyAnswer | null;
}

export interface FindingAnswer extends WhyAnswer {
  severity: 'error' | 'warning' | 'note';
  variable: string | null;
  sandbox: string | null;
}
export interface DiagnosisAnswer {
  session: { name: string };
  findings: FindingAnswer[];
  looked: { title: string; outcome: 'found' | 'nothing' | 'partly'; said: string }[];
  sandboxes: {
    name: string;
    state: string;
    variables: { variable: string; secret: string | null; fresh: { kind: string }; processes: unknown[] }[];
  }[];
  live: { provider: string; account: string | null; outcome: string; status: number | null }[];
}
export interface InstallationAnswer {
  checks: { name: string; ok: boolean; said: string }[];
  findings: FindingAnswer[];
}
