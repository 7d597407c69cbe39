// Whether a node is as far as its peers are, without wavering.
#pragma once

#include <cstdint>
#include <optional>

#include "node/chain/events.h"
#include "node/spec/types.h"

namespace lockstep::sync {

/// A node whose head is more slots than this behind the network's is behind …
inline constexpr std::uint64_t kBehindLag = 4;
/// … until it is at most so many slots behind.
inline constexpr std::uint64_t kSyncedLag = 2;

/// The state that follows from one look. A lag between the two bounds leaves things as they are.
[[nodiscard]] constexpr chain::SyncState next_state(chain::SyncState current, std::size_t peers,
                                                    std::optional<spec::Slot> network_head, spec::Slot head) {
  if (peers == 0) {
    return chain::SyncState::kNoPeers;
  }
  if (!network_head) {
    return chain::SyncState::kInitialising;
  }
  const std::uint64_t lag = *network_head > head ? *network_head - head : 0;
  const std::uint64_t allowed = current == chain::SyncState::kBehind ? kSyncedLag : kBehindLag;
  return lag > allowed ? chain::SyncState::kBehind : chain::SyncState::kSynced;
}

}  // namespace lockstep::sync
