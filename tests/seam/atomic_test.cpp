// The contract of runtime::Atomic.
#include "node/runtime/atomic.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "worlds.h"

namespace lockstep::seam {
namespace {

using Threads = std::vector<std::unique_ptr<runtime::Thread>>;

class AtomicSeam : public SeamTest {};

void run_beside(runtime::Scheduler& scheduler, int count, const std::function<void(int)>& body) {
  Threads threads;
  for (int i = 0; i < count; ++i) {
    threads.push_back(scheduler.spawn("atomic", [&body, i] { body(i); }));
  }
  for (auto& thread : threads) {
    thread->join();
  }
}

TEST_P(AtomicSeam, read_modify_writes_lose_nothing) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Atomic<std::uint64_t> sum(node.sync, "sum", 0);
    runtime::Atomic<std::uint32_t> bits(node.sync, "bits", 0);
    runtime::Atomic<std::uint64_t> exchanged(node.sync, "exchanged", 0);
    runtime::Atomic<std::uint64_t> seen(node.sync, "seen", 0);
    run_beside(node.scheduler, 4, [&](int i) {
      const auto mine = static_cast<std::uint64_t>(i);
      for (int round = 0; round < 200; ++round) {
        sum.fetch_add(3, std::memory_order_relaxed);
        sum.fetch_sub(1, std::memory_order_relaxed);
      }
      bits.fetch_or(1U << i);
      // Each value goes in once and comes out once, or stays as the last.
      seen.fetch_add(exchanged.exchange(mine + 1));
    });
    EXPECT_EQ(sum.load(), 1600U);
    EXPECT_EQ(bits.load(), 15U);
    EXPECT_EQ(bits.fetch_and(6U), 15U);
    EXPECT_EQ(bits.fetch_xor(2U), 6U);
    EXPECT_EQ(bits.load(), 4U);
    EXPECT_EQ(seen.load() + exchanged.load(), 10U);
  });
}

TEST_P(AtomicSeam, compare_exchange_has_one_winner_for_each_value) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Atomic<int> turn(node.sync, "turn", 0);
    std::vector<int> wins(4, 0);
    run_beside(node.scheduler, 4, [&](int i) {
      for (int round = 0; round < 100; ++round) {
        int expected = turn.load();
        while (!turn.compare_exchange(expected, expected + 1)) {
        }
        ++wins[static_cast<std::size_t>(i)];
      }
    });
    EXPECT_EQ(turn.load(), 400);
    EXPECT_EQ(wins, (std::vector<int>{100, 100, 100, 100}));
    int wrong = 7;
    EXPECT_FALSE(turn.compare_exchange(wrong, 1, std::memory_order_acq_rel, std::memory_order_relaxed));
    EXPECT_EQ(wrong, 400) << "a failed exchange says what it found";
    EXPECT_EQ(turn.load(), 400);
  });
}

TEST_P(AtomicSeam, a_release_shows_what_went_before_it_to_the_acquire_that_sees_it) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Atomic<bool> ready(node.sync, "ready", false);
    int payload = 0;
    int read = 0;
    auto reader = node.scheduler.spawn("reader", [&] {
      while (!ready.load(std::memory_order_acquire)) {
        node.scheduler.yield();
      }
      read = payload;
    });
    payload = 42;
    ready.store(true, std::memory_order_release);
    reader->join();
    EXPECT_EQ(read, 42);
  });
}

LOCKSTEP_IN_ALL_WORLDS(AtomicSeam);

}  // namespace
}  // namespace lockstep::seam
