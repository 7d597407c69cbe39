// A reader as the HTTP API is one: borrows states beside the thread that imports and prunes them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "node/base/time.h"
#include "node/chain/chain_reader.h"
#include "node/runtime/atomic.h"
#include "node/runtime/clock.h"
#include "node/runtime/scheduler.h"
#include "sim/cluster/record.h"

namespace lockstep::cluster {

/// A thread of the node that reads a chain again and again by ChainReader alone: checkpoints as a whole,
/// their states in place, blocks by slot. Asserts that what it sees belongs together and stays as it is while
/// it is borrowed. Every reading lasts for a while, at times with the states' lock held. Marks: "state
/// borrowed", "state was pruned", "state outlived its pruning".
class ApiReader {
 public:
  /// All outlive the reader. Starts the thread `reader`.
  ApiReader(runtime::Scheduler& scheduler, runtime::SyncHook* sync, const runtime::Clock& clock,
            const chain::ChainReader& chain, Record& record);
  /// Asks the thread to end; join() waits for it.
  void close() { stopping_.store(true); }
  void join() { thread_->join(); }

 private:
  void run();
  void read_held(const spec::Checkpoint& checkpoint);
  void read_shared(const spec::Checkpoint& checkpoint);
  void read_blocks(const chain::ChainView& view);
  void pause(base::Duration length) { scheduler_.sleep_until(clock_.now() + length); }

  runtime::Scheduler& scheduler_;
  const runtime::Clock& clock_;
  const chain::ChainReader& chain_;
  Record& record_;
  runtime::Atomic<bool> stopping_;
  std::unique_ptr<runtime::Thread> thread_;
};

}  // namespace lockstep::cluster
