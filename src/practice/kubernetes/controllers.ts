/** What the control plane does each second: controllers and scheduler, when they run. */
import type { ApiServer } from './control-plane.js';
import { settleNamespaces } from './controllers/namespaces.js';
import { settleNodes } from './controllers/nodes.js';
import { settleServices } from './controllers/services.js';
import { settleTokens } from './controllers/tokens.js';
import { settleVolumes } from './controllers/volumes.js';
import { settleWorkloads } from './controllers/workloads.js';
import { schedule } from './scheduler.js';

/** @param second simulated seconds since the lab began */
export function reconcile(api: ApiServer, second: number): void {
  const { controlPlane } = api.host.kube;
  if (controlPlane.controllers) {
    settleNamespaces(api);
    settleTokens(api.cluster);
    settleNodes(api, second);
    settleVolumes(api.cluster);
    settleWorkloads(api.cluster);
    settleServices(api.cluster);
  }
  if (controlPlane.scheduler) schedule(api.cluster);
}
