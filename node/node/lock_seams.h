// What a node's locks are made of, out of what it may ask of the world.
#pragma once

#include "node/locking/tiered_lock.h"
#include "node/runtime/runtime.h"

namespace lockstep::node {

/// The seams of every lock of the node that `runtime` belongs to.
[[nodiscard]] inline locking::LockSeams lock_seams(const runtime::Runtime& runtime) {
  return {.sync = runtime.sync, .scheduler = runtime.scheduler, .clock = runtime.clock};
}

}  // namespace lockstep::node
