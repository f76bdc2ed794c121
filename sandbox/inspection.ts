/** What a diagnosis may look at: the engine, the kernel, the environments of a container's processes. Changes nothing and gives no value. */

import { readFileSync } from 'node:fs';
import type { Engine } from './engine/engine.js';
import { SandboxError } from './errors.js';
import { parseCgroupMounts } from './kernel/cgroup.js';
import { environmentsOf, type Measure, type ProcessSeen } from './kernel/environments.js';

/** How the engine is. */
export interface EngineFacts {
  version: string;
  apiVersion: string;
  runtime: string;
  liveRestore: boolean;
  cgroupVersion: '1' | '2';
  cgroupDriver: string;
  /** Milliseconds that its clock is ahead of ours (behind: below 0), to a second; null where it does not say. */
  clockAhead: number | null;
}

/** How this process's kernel is, as far as it matters. */
export interface KernelFacts {
  root: boolean;
  /** Control groups that can be frozen are mounted here. */
  freezer: boolean;
}

export interface Inspection {
  /** Throws SandboxError where Docker does not answer. */
  engine(): Promise<EngineFacts>;
  kernel(): KernelFacts;
  /** As `environmentsOf`; null too where we are not root. */
  processes(dockerId: string, names: readonly string[], measure: Measure): ProcessSeen[] | null;
  /** Names of the variables that an image sets; null: it is not there, or Docker does not answer. */
  imageVariables(reference: string): Promise<string[] | null>;
}

export function makeInspection(engine: Engine, root = process.getuid?.() === 0, proc = '/proc'): Inspection {
  return {
    async engine() {
      const asked = Date.now();
      const [{ version, apiVersion }, info] = await Promise.all([engine.version(), engine.info()]);
      const { runtime, liveRestore, cgroupVersion, cgroupDriver, systemTime } = info;
      // Somewhere between the question and the answer it was that late.
      const ours = (asked + Date.now()) / 2;
      const clockAhead = systemTime === null ? null : Math.round((systemTime - ours) / 1000) * 1000;
      return { version, apiVersion, runtime, liveRestore, cgroupVersion, cgroupDriver, clockAhead };
    },

    kernel() {
      const mounts = parseCgroupMounts(readFileSync(`${proc}/self/mountinfo`, 'utf8'));
      const freezer = mounts.some(({ version, controllers }) => version === 2 || controllers.includes('freezer'));
      return { root, freezer };
    },

    processes: (dockerId, names, measure) => (root ? environmentsOf(dockerId, names, measure, proc) : null),

    async imageVariables(reference) {
      try {
        const image = await engine.inspectImage(reference);
        return image?.config.env.map((one) => one.slice(0, Math.max(0, one.indexOf('=')))) ?? null;
      } catch (error) {
        if (error instanceof SandboxError) return null;
        throw error;
      }
    },
  };
}
