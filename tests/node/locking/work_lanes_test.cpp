// Lanes lose no work and no wake-up, refuse openly, and end.
#include "node/locking/work_lanes.h"

#include <gtest/gtest.h>

#include <vector>

#include "lock_worlds.h"

namespace lockstep::locking {
namespace {

using test::LockWorld;
using Lanes = WorkLanes<int, 2>;

Queued push(Lanes& lanes, std::size_t lane, int work) {
  return lanes.push("test", lane, work);
}

TEST(WorkLanes, hand_everything_out_once_and_wake_the_worker_for_any_lane) {
  test::in_all_worlds(500, [](LockWorld& world) {
    Lanes lanes(world.seams(), Tier::kPendingBlocks, "work", {4, 4});
    std::vector<int> done(8, 0);
    world.beside({{"worker",
                   [&] {
                     for (int i = 0; i < 6; ++i) {
                       const auto work = lanes.pop("worker");
                       ASSERT_TRUE(work.has_value());
                       ++done[static_cast<std::size_t>(*work)];
                     }
                   }},
                  {"blocks",
                   [&] {
                     for (int i = 0; i < 3; ++i) {
                       EXPECT_EQ(push(lanes, 0, i), Queued::kQueued);
                     }
                   }},
                  {"votes", [&] {
                     for (int i = 3; i < 6; ++i) {
                       EXPECT_EQ(push(lanes, 1, i), Queued::kQueued);
                     }
                   }}});
    EXPECT_EQ(done, (std::vector<int>{1, 1, 1, 1, 1, 1, 0, 0}));
  });
}

TEST(WorkLanes, end_for_every_worker_when_they_are_closed_and_empty) {
  test::in_all_worlds(300, [](LockWorld& world) {
    Lanes lanes(world.seams(), Tier::kPendingBlocks, "work", {4, 4});
    int done = 0;
    int queued = 0;
    TieredMutex counting(world.seams(), Tier::kForkChoice, "counting");
    const auto work = [&] {
      while (lanes.pop("worker")) {
        const Hold hold = counting.hold("worker");
        ++done;
      }
    };
    world.beside({{"worker", work}, {"second worker", work}, {"closer", [&] {
                                                                for (int i = 0; i < 3; ++i) {
                                                                  queued +=
                                                                      push(lanes, 1, i) == Queued::kQueued;
                                                                }
                                                                lanes.close("closer");
                                                                EXPECT_EQ(push(lanes, 0, 9), Queued::kClosed);
                                                              }}});
    EXPECT_EQ(done, queued);
    EXPECT_EQ(queued, 3);
  });
}

TEST(WorkLanes, say_that_they_are_full_and_leave_the_work_with_its_owner) {
  test::on_threads([](LockWorld& world) {
    WorkLanes<std::unique_ptr<int>, 1> lanes(world.seams(), Tier::kPendingBlocks, "work", {1});
    auto first = std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    EXPECT_EQ(lanes.push("test", 0, first), Queued::kQueued);
    EXPECT_EQ(first, nullptr);
    EXPECT_EQ(lanes.push("test", 0, second), Queued::kFull);
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(lanes.depth("test", 0), 1U);
    EXPECT_EQ(**lanes.pop("test"), 1);
    EXPECT_EQ(lanes.push("test", 0, second), Queued::kQueued);
  });
}

}  // namespace
}  // namespace lockstep::locking
