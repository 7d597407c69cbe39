// Whose turn it is in a cluster: the engine's own policies, and the explorer's strategies slot by slot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sim/core/choices.h"
#include "sim/core/engine.h"

namespace lockstep::cluster {

/// Whether a plan may name this strategy: "fifo", "random", or one of the explorer's but for the exhaustive
/// one.
[[nodiscard]] bool is_strategy(std::string_view name);
/// All of them, as a sentence names them: "fifo, random, portfolio, pct, …".
[[nodiscard]] std::string strategy_names();

/// Gives turns by a strategy of the explorer. Each slot is a run to it: what earlier slots taught serves the
/// later ones, PCT draws its points of change anew, and a portfolio goes on to the next strategy. All draws
/// are choices with a key (`schedule:<slot>:1:<n>`). Not thread-safe.
class Turns {
 public:
  /// Both must outlive the turns; `name` is one of strategy_names(). "fifo", "random" and no name leave
  /// everything to the engine's policy.
  Turns(sim::Engine& engine, sim::Choices& choices, std::string_view name);
  /// The engine must not give turns any more.
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// The next slot begins. Called between runs of the engine.
  void next_slot();

 private:
  struct State;
  void learn();

  sim::Engine& engine_;
  /// Null: the engine's policy.
  std::unique_ptr<State> state_;
};

}  // namespace lockstep::cluster
