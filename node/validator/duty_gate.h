// Whether a node is close enough to the chain for its validators to act (leanSpec: validator/service.py).
#pragma once

#include <cstdint>

#include "node/spec/types.h"

namespace lockstep::validator {

inline constexpr std::uint64_t SYNC_LAG_THRESHOLD = 4;
inline constexpr std::uint64_t NETWORK_STALL_THRESHOLD = 8;
inline constexpr std::uint64_t HYSTERESIS_BAND = 2;

/// Closes when our head falls behind while the network goes on, and opens again when it has caught up or when
/// nobody has seen a block for long. A node that is behind would vote for a chain that is not there any more.
class DutyGate {
 public:
  /// Decides for `slot`, given the slots of our head and of the newest block that is known at all.
  [[nodiscard]] bool is_open(spec::Slot slot, spec::Slot head, spec::Slot newest_block);

 private:
  bool open_ = true;
};

}  // namespace lockstep::validator
