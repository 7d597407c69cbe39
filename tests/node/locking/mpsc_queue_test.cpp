// The lock-free queue and its wake-up lose nothing, repeat nothing, and end, on both worlds and explored.
#include "node/locking/mpsc_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "lock_worlds.h"
#include "node/locking/wake_up.h"

namespace lockstep::locking {
namespace {

using test::LockWorld;
using Queue = MpscQueue<int>;

Queued push(Queue& queue, int value) {
  return queue.push(value);
}

TEST(MpscQueue, gives_back_in_order_and_refuses_beyond_its_bound) {
  MpscQueue<std::unique_ptr<int>> queue(nullptr, "test", 2);
  auto one = std::make_unique<int>(1);
  auto two = std::make_unique<int>(2);
  auto three = std::make_unique<int>(3);
  EXPECT_EQ(queue.push(one), Queued::kQueued);
  EXPECT_EQ(queue.push(two), Queued::kQueued);
  EXPECT_EQ(queue.push(three), Queued::kFull);
  ASSERT_NE(three, nullptr) << "whoever is refused still has it";
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(**queue.pop(), 1);
  EXPECT_EQ(queue.push(three), Queued::kQueued);
  EXPECT_EQ(**queue.pop(), 2);
  EXPECT_EQ(**queue.pop(), 3);
  EXPECT_FALSE(queue.pop());
  EXPECT_EQ(queue.size(), 0U);
}

TEST(MpscQueue, lets_nothing_in_once_it_is_closed_and_keeps_what_is_in) {
  Queue queue(nullptr, "test", 4);
  EXPECT_EQ(push(queue, 1), Queued::kQueued);
  queue.close();
  EXPECT_TRUE(queue.is_closed());
  EXPECT_EQ(push(queue, 2), Queued::kClosed);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_FALSE(queue.pop());
}

/// Two producers of two each; the consumer sleeps whenever it finds nothing.
void everything_arrives(LockWorld& world) {
  Queue queue(world.seams().sync, "queue", 3);
  WakeUp wake(world.seams().sync, "wake-up");
  std::vector<int> got;
  const auto produce = [&](int first) {
    for (int value = first; value < first + 2; ++value) {
      while (push(queue, value) == Queued::kFull) {
        world.pause();
      }
      wake.notify();
    }
  };
  world.beside({{"consumer",
                 [&] {
                   while (got.size() < 4) {
                     wake.wait();
                     while (const auto value = queue.pop()) {
                       got.push_back(*value);
                     }
                   }
                 }},
                {"first", [&] { produce(10); }},
                {"second", [&] { produce(20); }}});
  std::vector<int> first;
  std::vector<int> second;
  for (const int value : got) {
    (value < 20 ? first : second).push_back(value);
  }
  EXPECT_EQ(first, (std::vector{10, 11}));
  EXPECT_EQ(second, (std::vector{20, 21}));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(MpscQueue, everything_arrives_once_and_in_its_producer_s_order) {
  test::in_all_worlds(2'000, everything_arrives);
}

TEST(MpscQueue, everything_arrives_wherever_a_thread_loses_its_turn) {
  EXPECT_EQ(test::explored(20'000, everything_arrives), "");
}

TEST(MpscQueue, what_entered_before_the_close_is_exactly_what_is_left) {
  test::in_all_worlds(1'000, [](LockWorld& world) {
    Queue queue(world.seams().sync, "queue", 8);
    int entered = 0;
    world.beside({{"producer",
                   [&] {
                     for (int i = 0; i < 4; ++i) {
                       entered += push(queue, i) == Queued::kQueued;
                     }
                   }},
                  {"closer", [&] { queue.close(); }}});
    int left = 0;
    while (queue.pop()) {
      ++left;
    }
    EXPECT_EQ(left, entered);
    EXPECT_EQ(push(queue, 9), Queued::kClosed);
  });
}

TEST(WakeUp, a_notification_while_nobody_waits_is_kept_and_many_are_one) {
  test::on_threads([](LockWorld& world) {
    WakeUp wake(nullptr, "wake-up");
    wake.notify();
    wake.notify();
    EXPECT_TRUE(wake.wait_until(world.seams().clock.now()));
    EXPECT_FALSE(wake.wait_until(world.seams().clock.now()));
    wake.notify();
    wake.wait();
  });
}

}  // namespace
}  // namespace lockstep::locking
