/** Images, networks and volumes over the API. */
import { inspectImage as imageObject } from '../describe.js';
import {
  imageRow,
  imageWanted,
  networkObject,
  networkWanted,
  volumeObject,
  volumeWanted,
} from '../describe-stock.js';
import { ApiError, type Handler } from './exchange.js';

export const listImages: Handler = (exchange) => {
  const { engine, filters } = exchange;
  exchange.json(
    200,
    engine.images
      .filter((one) => imageWanted(one, filters))
      .map((one) => imageRow(one))
      .toSorted((a, b) => b.Created - a.Created),
  );
};
export const inspectImage: Handler = (exchange) => {
  const [name = ''] = exchange.names;
  const found = exchange.engine.findImage(name);
  if (found === undefined)
    throw new ApiError(404, `No such image: ${/:[^/]+$/.test(name) ? name : `${name}:latest`}`);
  exchange.json(200, imageObject(found));
};

export const listNetworks: Handler = (exchange) => {
  const { engine, filters } = exchange;
  exchange.json(
    200,
    engine.networks.all
      .filter((one) => networkWanted(engine, one, filters))
      // The list leaves out who is connected.
      .map((one) => ({ ...networkObject(engine, one), Containers: {} })),
  );
};
export const inspectNetwork: Handler = (exchange) => {
  const [name = ''] = exchange.names;
  const found = exchange.engine.networks.find(name);
  if (found === undefined) throw new ApiError(404, `network ${name} not found`);
  exchange.json(200, networkObject(exchange.engine, found));
};

export const listVolumes: Handler = (exchange) => {
  const { engine, filters } = exchange;
  exchange.json(200, {
    Volumes: [...engine.volumes.values()]
      .filter((one) => volumeWanted(engine, one, filters))
      .map((one) => volumeObject(one)),
    Warnings: null,
  });
};
export const inspectVolume: Handler = (exchange) => {
  const [name = ''] = exchange.names;
  const found = exchange.engine.volumes.get(name);
  if (found === undefined) throw new ApiError(404, `get ${name}: no such volume`);
  exchange.json(200, volumeObject(found));
};
