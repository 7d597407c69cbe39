// A timer of the engine's own by which frames go out in the name of a node.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "node/base/time.h"
#include "node/runtime/transport.h"
#include "sim/cluster/machine.h"
#include "sim/core/engine.h"

namespace lockstep::cluster {

/// Sends frames in the name of one node to all of its peers, at even intervals. Silent while the node does
/// not run. Not thread-safe.
class SteadySender {
 public:
  /// Makes the next frame, or null when there is nothing to say.
  using MakeFrame = std::function<runtime::Frame()>;

  /// Begins at once; the trace has its timer as an event of that kind. `engine` and `machine` outlive it, or
  /// end() comes first. Requires: per_second > 0.
  SteadySender(sim::Engine& engine, Machine& machine, std::uint64_t number, std::uint32_t event_kind,
               std::uint64_t per_second, MakeFrame make_frame);
  ~SteadySender() { end(); }
  SteadySender(const SteadySender&) = delete;
  SteadySender& operator=(const SteadySender&) = delete;

  void end();

 private:
  void wait();
  void send_next(std::uint64_t, std::uint64_t);

  sim::Engine& engine_;
  Machine& machine_;
  sim::Lane lane_;
  std::uint32_t event_kind_;
  base::Duration period_;
  MakeFrame make_frame_;
  std::optional<sim::EventId> next_;
};

}  // namespace lockstep::cluster
