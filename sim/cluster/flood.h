// A peer that shouts: it sends what looks like votes, as fast as it is told to.
#pragma once

#include <cstdint>

#include "node/networking/topics.h"
#include "sim/cluster/cluster.h"
#include "sim/cluster/genesis.h"
#include "sim/cluster/machine.h"
#include "sim/cluster/record.h"
#include "sim/cluster/steady_sender.h"
#include "sim/core/engine.h"

namespace lockstep::cluster {

/// Sends in the name of one node to all of its peers, at even intervals, votes that agree with the latest
/// true vote of the cluster in everything but their signatures, of which no two are the same and none is
/// valid; and some, if so wished, also in their heads, which are blocks that nobody has. Silent while the
/// node does not run and before anybody has voted.
class Flood {
 public:
  /// All but `options` outlive it, or end() comes first. Begins at once.
  Flood(sim::Engine& engine, Machine& machine, std::uint64_t number, const Record& record, Genesis& genesis,
        FloodOptions options);

  void end() { sender_.end(); }

 private:
  /// Null before anybody has voted.
  [[nodiscard]] runtime::Frame make_frame();

  const Record& record_;
  Genesis& genesis_;
  networking::Topics topics_;
  std::uint64_t validators_;
  std::uint64_t unknown_percent_;
  sim::ChoiceStream noise_;
  SteadySender sender_;
};

}  // namespace lockstep::cluster
