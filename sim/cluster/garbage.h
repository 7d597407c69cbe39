// A peer that sends nothing but what it must not.
#pragma once

#include <array>
#include <cstdint>

#include "node/networking/rpc.h"
#include "node/networking/topics.h"
#include "node/runtime/transport.h"
#include "sim/cluster/genesis.h"
#include "sim/cluster/machine.h"
#include "sim/cluster/steady_sender.h"
#include "sim/core/engine.h"

namespace lockstep::cluster {

/// Sends in the name of one node to all of its peers, at even intervals and by turns, every kind of frame
/// that a peer must not send; no two are the same. Silent while the node does not run.
class Garbage {
 public:
  /// All outlive it, or end() comes first. Begins at once. Requires: per_second > 0.
  Garbage(sim::Engine& engine, Machine& machine, std::uint64_t number, Genesis& genesis,
          std::uint64_t per_second);

  void end() { sender_.end(); }

 private:
  static constexpr std::size_t kKinds = 11;
  static constexpr std::size_t kWrongSubnet = 9;
  [[nodiscard]] base::Bytes make_frame(std::size_t kind);
  [[nodiscard]] base::Bytes published(std::string_view topic, base::ByteView data) const;
  [[nodiscard]] base::Bytes too_much_control();
  [[nodiscard]] base::Bytes vote_on_another_subnet();
  [[nodiscard]] base::Bytes noise(std::size_t size);

  networking::Topics topics_;
  Genesis& genesis_;
  sim::ChoiceStream noise_;
  std::size_t next_kind_ = 0;
  SteadySender sender_;
};

}  // namespace lockstep::cluster
