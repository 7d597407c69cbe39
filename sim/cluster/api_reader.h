// A reader as the HTTP API is one: borrows states beside the thread that imports and prunes them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "node/base/time.h"
#include "node/chain/chain_reader.h"
#include "node/node/node.h"
#include "node/runtime/clock.h"
#include "node/runtime/scheduler.h"
#include "node/runtime/stop.h"
#include "sim/cluster/record.h"

namespace lockstep::cluster {

/// A thread of the node that reads a chain again and again by ChainReader alone: checkpoints as a whole,
/// their states in place, blocks by slot; and the peers that are connected. Asserts that what it sees belongs
/// together and stays as it is while it is borrowed. Every reading lasts for a while, at times with the
/// states' lock held. Marks: "state borrowed", "state was pruned", "state outlived its pruning".
class ApiReader {
 public:
  /// All outlive the reader. Starts the thread `reader`.
  ApiReader(runtime::Scheduler& scheduler, runtime::SyncHook* sync, const runtime::Clock& clock,
            const node::Node& node, Record& record);
  /// Ends the thread and waits until it is gone.
  void stop() { thread_.stop(); }

 private:
  void run(runtime::StopSignal& signal);
  void read_held(const spec::Checkpoint& checkpoint);
  void read_shared(const spec::Checkpoint& checkpoint, runtime::StopSignal& signal);
  void read_finalized();
  void read_peers(std::uint64_t turn);
  void read_blocks(const chain::ChainView& view);
  void pause(base::Duration length) { scheduler_.sleep_until(clock_.now() + length); }

  runtime::Scheduler& scheduler_;
  const runtime::Clock& clock_;
  const chain::ChainReader& chain_;
  const networking::ConnectedPeers& peers_;
  Record& record_;
  spec::Slot finalized_;
  runtime::StoppableThread thread_;
};

}  // namespace lockstep::cluster
