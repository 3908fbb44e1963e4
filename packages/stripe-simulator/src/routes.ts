import type { Hono } from "hono";
import { type Env, endpoint, type Surface } from "./http/endpoint.ts";
import type { Shape, Values } from "./http/params.ts";

type Define = <S extends Shape>(
  path: string,
  params: S,
  run: (params: Values<S>, path: Record<string, string>) => unknown,
) => void;

/** Declares a resource's operations: path, table of parameters, and implementation. */
export type Routes = { get: Define; post: Define; del: Define };

export function routesOn(app: Hono<Env>, surface: Surface): Routes {
  return {
    get: (path, params, run) => void app.get(path, endpoint(surface, { params, run })),
    post: (path, params, run) => void app.post(path, endpoint(surface, { params, run })),
    del: (path, params, run) => void app.delete(path, endpoint(surface, { params, run })),
  };
}
