/** The web sites that this lab's runbook downloads from, as they appear inside the simulated network. */
import type { World } from '../model/network.js';
import { addBuildSites } from './build-sites.js';
import { addDockerSites } from './docker-sites.js';
import { addGitlabSites } from './gitlab-sites.js';
import { addHarborSites } from './harbor-sites.js';
import { addHelmSites } from './helm-sites.js';
import { addKubernetesSites } from './kubernetes-sites.js';

export function openInternet(world: World): void {
  addDockerSites(world);
  addHarborSites(world);
  addGitlabSites(world);
  addKubernetesSites(world);
  addBuildSites(world);
  addHelmSites(world);
}
