// The race detector on traces with and without races.
#include "sim/race/race_detector.h"

#include <gtest/gtest.h>

namespace lockstep::race {
namespace {

using sim::MemoryOrder;
constexpr std::uint64_t kX = 0x1000;
constexpr std::uint64_t kFlag = 0x2000;
constexpr SyncId kLock = 7;
constexpr SyncId kOther = 8;

/// Threads 1 and 2, started by thread 0.
struct Two : RaceDetector {
  Two() {
    on_fork(0, 1);
    on_fork(0, 2);
  }
};

TEST(RaceDetector, reports_two_writes_in_no_order_with_both_sides) {
  Two two;
  two.on_lock(1, kLock);
  two.on_write(1, kX, 4, 11);
  two.on_unlock(1, kLock);
  two.on_lock(2, kOther);
  two.on_write(2, kX, 4, 22);
  ASSERT_EQ(two.races().size(), 1U);
  const Race& race = two.races().front();
  EXPECT_EQ(race.address, kX);
  EXPECT_EQ(race.earlier.thread, 1U);
  EXPECT_EQ(race.earlier.site, 11U);
  EXPECT_TRUE(race.earlier.write);
  EXPECT_EQ(race.earlier.locks, (std::vector<HeldLock>{{kLock, LockMode::kExclusive}}));
  EXPECT_EQ(race.later.thread, 2U);
  EXPECT_EQ(race.later.site, 22U);
  EXPECT_EQ(race.later.locks, (std::vector<HeldLock>{{kOther, LockMode::kExclusive}}));
}

TEST(RaceDetector, accepts_accesses_that_one_lock_orders) {
  Two two;
  for (const ThreadIndex thread : {1U, 2U, 1U, 2U}) {
    two.on_lock(thread, kLock);
    two.on_read(thread, kX, 8, 1);
    two.on_write(thread, kX, 8, 2);
    two.on_unlock(thread, kLock);
  }
  EXPECT_TRUE(two.races().empty());
}

TEST(RaceDetector, reports_a_read_beside_a_write_whichever_comes_first) {
  Two write_first;
  write_first.on_write(1, kX, 4, 1);
  write_first.on_read(2, kX, 4, 2);
  EXPECT_EQ(write_first.races().size(), 1U);
  Two read_first;
  read_first.on_read(1, kX, 4, 1);
  read_first.on_write(2, kX, 4, 2);
  EXPECT_EQ(read_first.races().size(), 1U);
}

TEST(RaceDetector, accepts_reads_of_many_and_remembers_them_all) {
  Two two;
  two.on_read(1, kX, 4, 1);
  two.on_read(2, kX, 4, 2);
  two.on_read(0, kX, 4, 3);
  EXPECT_TRUE(two.races().empty());
  two.on_write(0, kX, 4, 4);
  EXPECT_EQ(two.races().size(), 2U);
}

TEST(RaceDetector, knows_fork_and_join) {
  RaceDetector detector;
  detector.on_write(0, kX, 4, 1);
  detector.on_fork(0, 1);
  detector.on_write(1, kX, 4, 2);
  detector.on_join(0, 1);
  detector.on_write(0, kX, 4, 3);
  EXPECT_TRUE(detector.races().empty());
  detector.on_fork(0, 2);
  detector.on_write(0, kX, 4, 4);
  detector.on_write(2, kX, 4, 5);
  EXPECT_EQ(detector.races().size(), 1U);
}

TEST(RaceDetector, keeps_neighbouring_bytes_apart) {
  Two two;
  two.on_write(1, kX, 1, 1);
  two.on_write(2, kX + 1, 1, 2);
  two.on_write(1, kX + 2, 2, 3);
  EXPECT_TRUE(two.races().empty());
  two.on_read(1, kX + 1, 1, 4);
  EXPECT_EQ(two.races().size(), 1U);
  Two words;
  words.on_write(1, kX, 4, 1);
  words.on_write(2, kX + 4, 4, 2);
  EXPECT_TRUE(words.races().empty());
  words.on_read(1, kX + 3, 2, 3);
  EXPECT_EQ(words.races().size(), 1U);
}

TEST(RaceDetector, orders_by_release_and_acquire_and_not_by_relaxed) {
  const auto publish = [](MemoryOrder store, MemoryOrder load) {
    Two two;
    two.on_write(1, kX, 4, 1);
    two.on_atomic_store(1, kFlag, 4, store, 2);
    two.on_atomic_load(2, kFlag, 4, load, 3);
    two.on_read(2, kX, 4, 4);
    return two.races().size();
  };
  EXPECT_EQ(publish(MemoryOrder::kRelease, MemoryOrder::kAcquire), 0U);
  EXPECT_EQ(publish(MemoryOrder::kSeqCst, MemoryOrder::kSeqCst), 0U);
  EXPECT_EQ(publish(MemoryOrder::kRelaxed, MemoryOrder::kAcquire), 1U);
  EXPECT_EQ(publish(MemoryOrder::kRelease, MemoryOrder::kRelaxed), 1U);
}

TEST(RaceDetector, carries_a_release_sequence_through_modifications_but_not_through_stores) {
  for (const bool modify : {true, false}) {
    Two two;
    two.on_write(1, kX, 4, 1);
    two.on_atomic_store(1, kFlag, 4, MemoryOrder::kRelease, 2);
    if (modify) {
      two.on_atomic_rmw(0, kFlag, 4, MemoryOrder::kRelaxed, 3);
    } else {
      two.on_atomic_store(0, kFlag, 4, MemoryOrder::kRelaxed, 3);
    }
    two.on_atomic_load(2, kFlag, 4, MemoryOrder::kAcquire, 4);
    two.on_read(2, kX, 4, 5);
    EXPECT_EQ(two.races().size(), modify ? 0U : 1U);
  }
}

TEST(RaceDetector, knows_fences_on_both_sides) {
  for (const bool fences : {true, false}) {
    Two two;
    two.on_write(1, kX, 4, 1);
    if (fences) {
      two.on_fence(1, MemoryOrder::kRelease);
    }
    two.on_atomic_store(1, kFlag, 4, MemoryOrder::kRelaxed, 2);
    two.on_atomic_load(2, kFlag, 4, MemoryOrder::kRelaxed, 3);
    if (fences) {
      two.on_fence(2, MemoryOrder::kAcquire);
    }
    two.on_read(2, kX, 4, 4);
    EXPECT_EQ(two.races().size(), fences ? 0U : 1U);
  }
}

TEST(RaceDetector, reports_atomic_beside_plain_and_accepts_atomic_beside_atomic) {
  Two two;
  two.on_atomic_store(1, kFlag, 4, MemoryOrder::kRelaxed, 1);
  two.on_atomic_rmw(2, kFlag, 4, MemoryOrder::kRelaxed, 2);
  two.on_atomic_load(1, kFlag, 4, MemoryOrder::kRelaxed, 3);
  EXPECT_TRUE(two.races().empty());
  two.on_read(1, kFlag, 4, 4);
  ASSERT_EQ(two.races().size(), 1U);
  EXPECT_TRUE(two.races().front().earlier.atomic);
  Two plain_first;
  plain_first.on_write(1, kFlag, 4, 1);
  plain_first.on_atomic_load(2, kFlag, 4, MemoryOrder::kAcquire, 2);
  ASSERT_EQ(plain_first.races().size(), 1U);
  EXPECT_TRUE(plain_first.races().front().later.atomic);
}

TEST(RaceDetector, lets_readers_of_a_shared_lock_race_among_writes_only) {
  Two two;
  two.on_lock(1, kLock, LockMode::kShared);
  two.on_lock(2, kLock, LockMode::kShared);
  two.on_read(1, kX, 4, 1);
  two.on_read(2, kX, 4, 2);
  two.on_unlock(1, kLock, LockMode::kShared);
  two.on_unlock(2, kLock, LockMode::kShared);
  two.on_lock(0, kLock);
  two.on_write(0, kX, 4, 3);
  two.on_unlock(0, kLock);
  EXPECT_TRUE(two.races().empty());
  two.on_lock(1, kLock, LockMode::kShared);
  two.on_write(1, kX, 4, 4);
  two.on_unlock(1, kLock, LockMode::kShared);
  two.on_lock(2, kLock, LockMode::kShared);
  two.on_write(2, kX, 4, 5);
  EXPECT_EQ(two.races().size(), 1U);
}

TEST(RaceDetector, forgets_memory_that_is_allocated_anew_and_sees_a_free_as_a_write) {
  Two two;
  two.on_write(1, kX, 8, 1);
  two.on_atomic_store(1, kX + 8, 4, MemoryOrder::kRelaxed, 1);
  two.on_alloc(kX, 16);
  two.on_write(2, kX, 8, 2);
  two.on_write(2, kX + 8, 4, 2);
  EXPECT_TRUE(two.races().empty());
  two.on_free(1, kX, 16, 3);
  EXPECT_FALSE(two.races().empty());
  const std::size_t before = two.races().size();
  two.on_write(2, kX, 8, 4);
  EXPECT_EQ(two.races().size(), before);
}

TEST(RaceDetector, takes_earlier_runs_as_past) {
  Two two;
  two.on_read(1, kX, 4, 1);
  two.on_read(2, kX, 4, 1);
  two.on_write(1, kX + 4, 4, 1);
  two.on_write(1, kX + 8, 1, 1);
  for (int run = 0; run < 100; ++run) {
    two.reset();
    two.on_fork(0, 1);
    two.on_write(1, kX, 4, 2);
    two.on_write(1, kX + 4, 4, 2);
    two.on_write(1, kX + 8, 1, 2);
    EXPECT_TRUE(two.races().empty());
    two.on_write(0, kX, 4, 3);
    EXPECT_EQ(two.races().size(), 1U);
  }
}

TEST(RaceDetector, tells_each_pair_of_places_once) {
  Two two;
  for (int i = 0; i < 10; ++i) {
    two.on_write(1, kX, 4, 1);
    two.on_write(2, kX, 4, 2);
  }
  EXPECT_EQ(two.races().size(), 2U);
}

}  // namespace
}  // namespace lockstep::race
