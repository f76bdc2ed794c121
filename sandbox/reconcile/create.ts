/** Makes one container of a wish, its row committed before, by the recipe of its delivery. Starts nothing. */

import { HOLD_SHELL, type RequestInput, requestFor } from '../container/spec.js';
import { differences } from '../container/spec-compare.js';
import { openValues, sealed } from '../container/values.js';
import { ensureWorkspace, giveWorkspace } from '../container/workspace.js';
import type { ContainerRequest, ContainerSeen, Engine, ImageSeen } from '../engine/engine.js';
import { SandboxError } from '../errors.js';
import type { DeliveryKind, Ledger, LedgerRow, SandboxSpec, Wish } from '../types.js';
import type { Operation } from './operations.js';

/** What the deliveries make differently. */
export interface Recipe {
  delivery: DeliveryKind;
  /** What goes into the request; opens values where the delivery puts them there. */
  values(wish: Wish): Map<string, string>;
  request(input: RequestInput): ContainerRequest;
  /** A sandbox without a main of its own is held by a shell. */
  holdsByShell: boolean;
  /** Before a create. */
  prepare?(spec: SandboxSpec): void;
  /** After it. */
  made?(dockerId: string, request: ContainerRequest, image: ImageSeen): void;
}

/** Values stand in Docker's own configuration: the one place where they meet it. */
export const ENV_RECIPE: Recipe = {
  delivery: 'env',
  values: (wish) => openValues(wish.values),
  request: requestFor,
  holdsByShell: true,
};

export interface Creator {
  engine: Engine;
  ledger: Ledger;
  recipe: Recipe;
  /** Ids of images that were seen to have a shell. */
  shells: Set<string>;
  /** CPUs of the engine; null until it was asked. */
  cpus: number | null;
}

/** Creates it under a nonce that is committed before. What fails leaves a row that the next look settles. */
export async function createContainer(
  creator: Creator,
  wish: Wish,
  operation: Extract<Operation, { do: 'create' }>,
): Promise<{ row: LedgerRow; id: string; name: string }> {
  const { engine, ledger } = creator;
  const { spec, envMac } = wish;
  if (envMac === null) throw sealed();
  const image = await engine.inspectImage(operation.image);
  if (image === null)
    throw new SandboxError(
      'IMAGE_NOT_FOUND',
      `The image ${operation.image} is not on this engine. Run \`docker pull ${operation.image}\`.`,
      { retry: true },
    );
  await ensureWorkspace(engine, spec);
  creator.recipe.prepare?.(spec);
  const row =
    operation.reuse ??
    ledger.intend({
      sandbox: spec.id,
      role: operation.role,
      epoch: wish.epoch,
      generation: wish.generation,
      resets: wish.resets,
      envMac,
      holds: wish.values.map(({ env, secret, version }) => ({ env, secret, version })),
    });
  const input = await inputFor(creator, wish, row, image, operation.image);
  const request = creator.recipe.request(input);
  const { id } = await engine.create(operation.name, request);
  ledger.created(row.id, id, image.digests[0] ?? image.id);
  creator.recipe.made?.(id, request, image);
  await needShell(creator, wish, image, id);
  await giveWorkspace(engine, id, spec, image);
  return { row: { ...row, dockerId: id }, id, name: operation.name };
}

/** Whether a container equals what the wish makes of a row. */
export async function equalsWish(creator: Creator, wish: Wish, seen: ContainerSeen, row: LedgerRow): Promise<boolean> {
  const image = await creator.engine.inspectImage(seen.imageId);
  if (image === null) return false;
  const input = await inputFor(creator, wish, row, image, seen.config.image);
  return differences(seen, creator.recipe.request(input), image).length === 0;
}

async function inputFor(
  creator: Creator,
  wish: Wish,
  row: LedgerRow,
  image: ImageSeen,
  reference: string,
): Promise<RequestInput> {
  const { spec } = wish;
  const mac = wish.mac(row.nonce);
  if (mac === null) throw sealed();
  creator.cpus ??= (await creator.engine.info()).cpus;
  return {
    spec,
    image,
    reference,
    identity: {
      vault: spec.vault,
      sandbox: spec.id,
      session: spec.session,
      nonce: row.nonce,
      mac,
      epoch: row.epoch,
      generation: row.generation,
      delivery: creator.recipe.delivery,
    },
    values: creator.recipe.values(wish),
    engineCpus: creator.cpus,
  };
}

/** The hold loop needs a shell; Docker's own init would only say so after the start. */
async function needShell(creator: Creator, wish: Wish, image: ImageSeen, id: string): Promise<void> {
  if (!creator.recipe.holdsByShell || wish.spec.main !== 'hold' || creator.shells.has(image.id)) return;
  if ((await creator.engine.stat(id, HOLD_SHELL)) === null)
    throw new SandboxError(
      'IMAGE_HAS_NO_SHELL',
      `The image ${wish.spec.image} has no ${HOLD_SHELL}, which holds a sandbox without a main process of its own. Start the sandbox with main "image" or a command, or choose an image with a shell.`,
    );
  creator.shells.add(image.id);
}
