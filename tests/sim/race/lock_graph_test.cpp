// Lock-order cycles, and what only looks like one.
#include "sim/race/lock_graph.h"

#include <gtest/gtest.h>

namespace lockstep::race {
namespace {

constexpr LockMode kX = LockMode::kExclusive;
constexpr LockMode kS = LockMode::kShared;

struct Graph : LockGraph {
  Graph() {
    begin_run(1, 0);
    on_fork(0, 1);
    on_fork(0, 2);
    on_fork(0, 3);
  }
  /// `thread` takes the locks one inside the other, then lets all go.
  void nest(ThreadIndex thread, const std::vector<HeldLock>& locks) {
    static const char* const kNames[] = {"?", "a", "b", "c", "gate"};
    static const char* const kThreads[] = {"main", "one", "two", "three"};
    for (const HeldLock& held : locks) {
      on_lock(thread, kThreads[thread], held.lock, kNames[held.lock], held.mode, 0);
    }
    for (auto held = locks.rbegin(); held != locks.rend(); ++held) {
      on_unlock(thread, held->lock, held->mode);
    }
  }
};

TEST(LockGraph, reports_a_cycle_that_never_deadlocked_also_over_several_runs) {
  Graph graph;
  graph.nest(1, {{1, kX}, {2, kX}});
  EXPECT_TRUE(graph.cycles().empty());
  graph.begin_run(2, 5);
  graph.on_fork(0, 1);
  graph.on_fork(0, 2);
  graph.nest(2, {{2, kX}, {1, kX}});
  const auto cycles = graph.cycles();
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles[0].sentence,
            "lock-order cycle: one takes b while it holds a; two takes a while it holds b");
  EXPECT_EQ(cycles[0].edges[0].seed, 1U);
  EXPECT_EQ(cycles[0].edges[1].run, 5U);
}

TEST(LockGraph, finds_a_circle_of_three) {
  Graph graph;
  graph.nest(1, {{1, kX}, {2, kX}});
  graph.nest(2, {{2, kX}, {3, kX}});
  graph.nest(3, {{3, kX}, {1, kX}});
  EXPECT_EQ(graph.cycles().size(), 1U);
}

TEST(LockGraph, accepts_one_thread_that_changes_its_order) {
  Graph graph;
  graph.nest(1, {{1, kX}, {2, kX}});
  graph.nest(1, {{2, kX}, {1, kX}});
  EXPECT_TRUE(graph.cycles().empty());
}

TEST(LockGraph, accepts_a_gate_unless_it_is_shared) {
  Graph gated;
  gated.nest(1, {{4, kX}, {1, kX}, {2, kX}});
  gated.nest(2, {{4, kX}, {2, kX}, {1, kX}});
  EXPECT_TRUE(gated.cycles().empty());
  Graph open;
  open.nest(1, {{4, kS}, {1, kX}, {2, kX}});
  open.nest(2, {{4, kS}, {2, kX}, {1, kX}});
  EXPECT_EQ(open.cycles().size(), 1U);
}

TEST(LockGraph, accepts_locks_that_both_sides_share) {
  Graph shared;
  shared.nest(1, {{1, kS}, {2, kX}});
  shared.nest(2, {{2, kX}, {1, kS}});
  EXPECT_TRUE(shared.cycles().empty());
  Graph mixed;
  mixed.nest(1, {{1, kS}, {2, kX}});
  mixed.nest(2, {{2, kX}, {1, kX}});
  EXPECT_EQ(mixed.cycles().size(), 1U);
}

TEST(LockGraph, accepts_threads_that_never_live_at_once) {
  LockGraph graph;
  graph.begin_run(1, 0);
  const auto nest = [&](ThreadIndex thread, SyncId outer, SyncId inner) {
    graph.on_lock(thread, "t", outer, "outer", kX, 0);
    graph.on_lock(thread, "t", inner, "inner", kX, 0);
    graph.on_unlock(thread, inner, kX);
    graph.on_unlock(thread, outer, kX);
  };
  nest(0, 1, 2);
  graph.on_fork(0, 1);
  nest(1, 2, 1);
  EXPECT_TRUE(graph.cycles().empty());
  graph.on_join(0, 1);
  graph.on_fork(0, 2);
  nest(2, 1, 2);
  EXPECT_TRUE(graph.cycles().empty());
  graph.on_fork(0, 3);
  nest(3, 2, 1);
  EXPECT_EQ(graph.cycles().size(), 1U);
}

}  // namespace
}  // namespace lockstep::race
