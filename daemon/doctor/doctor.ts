/** The doctor: gathers facts of a session from vault, engine and providers, and has them judged. Judges nothing itself, keeps no value. */

import type { Inspection, Reconciler } from '../../sandbox/index.js';
import type { Caller, Claim, Examined, ExamineOptions, Millis, Vault } from '../../store/index.js';
import type { Config } from '../config.js';
import type { Catalogue } from '../providers/catalogue.js';
import { type Diagnosed, diagnose } from './diagnose.js';
import { type Digests, makeDigests } from './digests.js';
import { type Explained, explain } from './explain.js';
import type { ClaimFacts, Facts, SandboxFacts } from './facts.js';
import { diagnoseInstallation, type InstallationDiagnosis } from './installation.js';
import { type InstallationSources, lookAtInstallation } from './installation-look.js';
import { type LiveAnswers, makeLiveAnswers } from './live-answers.js';
import { liveCheck } from './live-check.js';
import type { LiveFacts } from './live-facts.js';
import { type LookSources, lookInto } from './look.js';
import { havingVariable, providerFacts, providerOf, variablesOf } from './provider-facts.js';
import { valueFacts } from './value-facts.js';
import { concerns } from './why-absent.js';

/** Sandboxes that are looked into at once. */
const AT_ONCE = 4;

export interface DoctorSources extends LookSources, InstallationSources {
  vault: Pick<
    Vault,
    'sandboxes' | 'nonce' | 'status' | 'diagnosis' | 'containers' | 'audit' | 'tombstones' | 'freeBytes'
  >;
  config: InstallationSources['config'] & Pick<Config, 'checkBases'>;
  reconciler: Pick<Reconciler, 'view'>;
  inspection: Inspection;
  providers: Catalogue;
  version: string;
  now(): Millis;
}

/** A diagnosis with what it was about. */
export interface SessionDiagnosis extends Diagnosed {
  session: Facts['session'];
  variable: string | null;
  sandboxes: SandboxFacts[];
  live: LiveFacts[];
}

export interface Doctor {
  /** Audited; throws as the vault's refusals. What cannot be looked at is said, and no error. */
  session(caller: Caller, session: string, options: ExamineOptions): Promise<SessionDiagnosis>;
  explain(caller: Caller, session: string, variable: string, sandbox?: string): Promise<Explained>;
  /** How the installation is; operators only. */
  installation(caller: Caller): Promise<InstallationDiagnosis>;
}

export function makeDoctor(sources: DoctorSources): Doctor {
  const { vault, providers, inspection } = sources;
  const answered = makeLiveAnswers(sources.now);
  const providersOf = (variable: string | null): string[] =>
    variable === null ? [] : havingVariable(providers, variable).map(({ id }) => id);

  return {
    async session(caller, name, options) {
      const examination = vault.diagnosis.examine(caller, name, options);
      const { session, claims, known, examined } = examination;
      const { variable = null, live = false } = options;
      const sealed = vault.status().state === 'sealed';
      const own = claims.filter((claim) => variable === null || concerns(claim, variable));
      const claimFacts = own.map((claim) => claimFactsOf(providers, claim, sealed));
      const beside = [...new Set(claimFacts.flatMap(({ of }) => of?.needs.flat() ?? []))];
      const digests = makeDigests();
      try {
        const [sandboxes, answers, clockAhead] = await Promise.all([
          lookIntoAll(sources, examined, { asked: variable, beside }, digests),
          live && !sealed ? askAll(sources, answered, claims) : [],
          claimFacts.some(({ of }) => of?.signed === true) ? clockOf(inspection) : null,
        ]);
        const known2 = { known, claims: claimFacts, sandboxes, live: answers };
        // A provider's clock is a better one than the engine's.
        const theirs = answers.find((one) => one.clockAhead !== null)?.clockAhead ?? clockAhead;
        const facts: Facts = {
          ...{ now: sources.now(), session, variable, sealed, ...known2 },
          providers: providersOf(variable),
          clockOff: theirs === null ? null : -theirs,
        };
        return { session, variable, sandboxes, live: answers, ...diagnose(facts) };
      } finally {
        digests.end();
      }
    },

    installation: async (caller) => diagnoseInstallation(await lookAtInstallation(sources, caller)),

    async explain(caller, name, variable, sandbox) {
      const account = vault.diagnosis.explain(caller, name, variable, sandbox);
      const images = await Promise.all(
        account.sandboxes.map(async ({ id, settings }): Promise<[string, string[] | null]> => {
          const { imageDigest } = sources.reconciler.view(id);
          return [id, await inspection.imageVariables(imageDigest ?? settings.image)];
        }),
      );
      const exposures = account.sandboxes.flatMap(({ id }) => vault.containers.exposures({ sandbox: id }));
      const now = sources.now();
      return explain({ account, variable, now, providers: providersOf(variable), images: new Map(images), exposures });
    },
  };
}

function claimFactsOf(providers: Catalogue, { open, ...claim }: Claim, sealed: boolean): ClaimFacts {
  const of = providerFacts(providers, claim);
  if (open === null || sealed) return { ...claim, of, value: null };
  const bytes = open();
  try {
    return { ...claim, of, value: valueFacts(variablesOf(providers, claim), claim.env, bytes) };
  } finally {
    bytes.fill(0);
  }
}

async function lookIntoAll(
  sources: LookSources,
  examined: readonly Examined[],
  what: { asked: string | null; beside: readonly string[] },
  digests: Digests,
): Promise<SandboxFacts[]> {
  const found: SandboxFacts[] = [];
  for (let at = 0; at < examined.length; at += AT_ONCE)
    found.push(
      ...(await Promise.all(examined.slice(at, at + AT_ONCE).map((one) => lookInto(sources, one, what, digests)))),
    );
  return found;
}

/** Each provider and account once. */
async function askAll(
  { providers, config, version }: DoctorSources,
  answered: LiveAnswers,
  claims: readonly Claim[],
): Promise<LiveFacts[]> {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const of = claim.active ? providerOf(providers, claim) : null;
    if (of === null) continue;
    const key = `${of.id} ${claim.account ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), claim]);
  }
  const asked = [...groups.values()].flatMap((group) => {
    const of = group[0] === undefined ? null : providerOf(providers, group[0]);
    if (of === null) return [];
    const question = [of.id, ...group.map(({ secret, version }) => `${secret} ${version}`)].join(' ');
    return [answered.ask(question, () => liveCheck(of, group, { base: config.checkBases[of.id], version }))];
  });
  return Promise.all(asked);
}

async function clockOf(inspection: Inspection): Promise<number | null> {
  try {
    return (await inspection.engine()).clockAhead;
  } catch {
    return null;
  }
}
