/** PersistentVolumes and the claims on them. */
import type { Cluster } from '../cluster.js';
import { listAt, mapAt, textAt, type JsonMap } from '../json.js';
import { builtIn } from '../resources.js';
import { quantity } from '../scheduler.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';

function fits(volume: JsonMap, claim: JsonMap): boolean {
  const named = textAt(claim, 'spec', 'volumeName');
  if (named !== '' && named !== nameOf(volume)) return false;
  const reference = mapAt(volume, 'spec', 'claimRef');
  if (
    textAt(reference, 'name') !== '' &&
    (textAt(reference, 'name') !== nameOf(claim) ||
      textAt(reference, 'namespace') !== namespaceOf(claim) ||
      (textAt(reference, 'uid') !== '' && textAt(reference, 'uid') !== uidOf(claim)))
  )
    return false;
  const modes = listAt(volume, 'spec', 'accessModes').map((mode) => textAt(mode));
  return (
    textAt(volume, 'spec', 'storageClassName') === textAt(claim, 'spec', 'storageClassName') &&
    listAt(claim, 'spec', 'accessModes').every((mode) => modes.includes(textAt(mode))) &&
    quantity(textAt(volume, 'spec', 'capacity', 'storage')) >=
      quantity(textAt(claim, 'spec', 'resources', 'requests', 'storage'))
  );
}

export function settleVolumes(cluster: Cluster): void {
  const { store } = cluster;
  for (const volume of store.list('PersistentVolume')) {
    const reference = mapAt(volume, 'spec', 'claimRef');
    const holder = store.get(
      'PersistentVolumeClaim',
      textAt(reference, 'namespace'),
      textAt(reference, 'name'),
    );
    const phase =
      textAt(reference, 'uid') === ''
        ? 'Available'
        : holder === undefined || uidOf(holder) !== textAt(reference, 'uid')
          ? 'Released'
          : 'Bound';
    store.setStatus(builtIn('PersistentVolume'), '', nameOf(volume), { phase });
  }
  for (const claim of store.list('PersistentVolumeClaim')) {
    if (textAt(claim, 'status', 'phase') === 'Bound') continue;
    const volume = store
      .list('PersistentVolume')
      .find((one) => textAt(one, 'status', 'phase') !== 'Released' && fits(one, claim));
    if (volume === undefined) {
      store.setStatus(builtIn('PersistentVolumeClaim'), namespaceOf(claim), nameOf(claim), {
        phase: 'Pending',
      });
      continue;
    }
    const reference = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      name: nameOf(claim),
      namespace: namespaceOf(claim),
      uid: uidOf(claim),
    };
    store.update(builtIn('PersistentVolume'), {
      ...volume,
      spec: { ...mapAt(volume, 'spec'), claimRef: reference },
      status: { phase: 'Bound' },
    });
    store.update(builtIn('PersistentVolumeClaim'), {
      ...claim,
      spec: { ...mapAt(claim, 'spec'), volumeName: nameOf(volume) },
      status: {
        phase: 'Bound',
        accessModes: [...listAt(volume, 'spec', 'accessModes')],
        capacity: mapAt(volume, 'spec', 'capacity'),
      },
    });
  }
}
