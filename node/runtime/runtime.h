// Everything that a node may ask of the world, in one place.
#pragma once

#include "node/runtime/clock.h"
#include "node/runtime/meter.h"
#include "node/runtime/random.h"
#include "node/runtime/scheduler.h"
#include "node/runtime/sync.h"
#include "node/runtime/transport.h"

namespace lockstep::runtime {

/// The seams of one node. Only Node's constructor opens it and hands each part to whoever needs it. All
/// referents outlive the node.
struct Runtime {
  Clock& clock;
  Scheduler& scheduler;
  /// Null where locks are the operating system's.
  SyncHook* sync;
  Transport& transport;
  Random& random;
  Meter& meter;
};

}  // namespace lockstep::runtime
