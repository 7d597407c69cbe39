// A node's random numbers: a keyed stream of its own.
#pragma once

#include <string_view>

#include "node/runtime/random.h"
#include "sim/core/choices.h"

namespace lockstep::sim {

/// The choices `node:<hash of name>:0:0, 1, 2 …`. Two nodes of different names never share a number, and none
/// shifts another's.
class SimRandom final : public runtime::Random {
 public:
  /// `choices` must outlive it.
  SimRandom(Choices& choices, std::string_view node_name)
      : stream_(choices, ChoiceDomain::kNode, choice_object(node_name), 0) {}

  [[nodiscard]] std::uint64_t next() override { return stream_.bits(); }
  void fill(std::span<std::uint8_t> out) override;

 private:
  ChoiceStream stream_;
};

}  // namespace lockstep::sim
