// When a node counts as behind and when as synced again.
#include "node/sync/sync_status.h"

#include <gtest/gtest.h>

namespace lockstep::sync {
namespace {

TEST(NextState, leaves_things_as_they_are_between_its_two_bounds) {
  using chain::SyncState;
  const auto next = [](SyncState current, std::uint64_t lag) {
    return next_state(current, 3, spec::Slot(10 + lag), spec::Slot(10));
  };
  EXPECT_EQ(next(SyncState::kSynced, kBehindLag), SyncState::kSynced);
  EXPECT_EQ(next(SyncState::kSynced, kBehindLag + 1), SyncState::kBehind);
  EXPECT_EQ(next(SyncState::kBehind, kSyncedLag + 1), SyncState::kBehind);
  EXPECT_EQ(next(SyncState::kBehind, kSyncedLag), SyncState::kSynced);
  EXPECT_EQ(next_state(SyncState::kBehind, 3, spec::Slot(3), spec::Slot(10)), SyncState::kSynced);
}

}  // namespace
}  // namespace lockstep::sync
