// The watchdog barks once for each standstill of the slot driver, and not at a driver that lives.
#include "node/node/slot_watchdog.h"

#include <gtest/gtest.h>

#include <vector>

#include "fakes.h"
#include "lock_worlds.h"

namespace lockstep::node {
namespace {

class Barks final : public chain::Events {
 public:
  void slot_driver_stalled(const chain::SlotDriverStalled& stalled) override {
    heard.push_back(stalled.standing);
  }
  std::vector<base::Duration> heard;
};

TEST(SlotWatchdog, reports_a_standstill_once_and_the_next_one_again) {
  const std::string told = test::on_fibers(1, [](test::LockWorld& world) {
    test::RecordingTransport transport;
    test::SeededRandom random;
    test::CountingMeter meter;
    Barks barks;
    const locking::LockSeams& seams = world.seams();
    SlotWatchdog watchdog({.clock = seams.clock,
                           .scheduler = seams.scheduler,
                           .sync = seams.sync,
                           .transport = transport,
                           .random = random,
                           .meter = meter},
                          barks);
    const auto let_pass = [&](std::chrono::seconds time) {
      seams.scheduler.sleep_until(seams.clock.now() + time);
    };
    watchdog.start();
    for (int i = 0; i < 10; ++i) {
      let_pass(std::chrono::seconds(1));
      watchdog.alive();
    }
    EXPECT_TRUE(barks.heard.empty());
    let_pass(std::chrono::seconds(12));
    ASSERT_EQ(barks.heard.size(), 1U);
    EXPECT_GE(barks.heard[0], SlotWatchdog::kTooLong);
    EXPECT_LE(barks.heard[0], SlotWatchdog::kTooLong + SlotWatchdog::kLookEvery);
    watchdog.alive();
    let_pass(std::chrono::seconds(4));
    EXPECT_EQ(barks.heard.size(), 1U);
    let_pass(std::chrono::seconds(4));
    EXPECT_EQ(barks.heard.size(), 2U);
    watchdog.close();
    watchdog.join();
  });
  EXPECT_EQ(told, "");
}

}  // namespace
}  // namespace lockstep::node
