// Telling a story on OS threads and on fibers.
#include "lock_worlds.h"

#include <gtest/gtest.h>

#include <memory>

#include "node/real/os_scheduler.h"
#include "node/real/system_clock.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"
#include "sim/race/explored_scheduler.h"
#include "sim/race/explored_sync.h"
#include "sim/race/explorer.h"
#include "sim/world/node_clock.h"

namespace lockstep::test {

void LockWorld::beside(const Threads& threads) {
  std::vector<std::unique_ptr<runtime::Thread>> started;
  for (const auto& [name, body] : threads) {
    started.push_back(seams_.scheduler.spawn(name, body));
  }
  for (auto& thread : started) {
    thread->join();
  }
}

void on_threads(const Story& story) {
  real::OsScheduler scheduler;
  real::SystemClock clock;
  LockWorld world({nullptr, scheduler, clock}, true);
  story(world);
}

std::string on_fibers(std::uint64_t seed, const Story& story) {
  sim::Choices choices(seed);
  sim::Engine engine(choices);
  sim::NodeClock clock(engine, {});
  sim::FiberScheduler scheduler(engine, sim::node_lane(0), clock);
  sim::FiberSync sync(engine, clock);
  LockWorld world({&sync, scheduler, clock}, false);
  bool ended = false;
  engine.spawn("story", sim::node_lane(0), [&] {
    story(world);
    ended = true;
  });
  engine.run();
  std::string told = engine.failure() ? sim::to_text(*engine.failure()) : "";
  if (told.empty() && !ended) {
    told = engine.parked_report();
  }
  engine.unwind();
  return told;
}

std::string explored(std::uint64_t schedules, const Story& story) {
  race::ExploreOptions options;
  options.schedules = schedules;
  const race::Report report = race::explore(
      [&](race::World& run) {
        sim::NodeClock clock(run.engine(), {});
        race::ExploredScheduler scheduler(run, clock);
        race::ExploredSync sync(run, clock);
        LockWorld world({&sync, scheduler, clock}, false);
        story(world);
      },
      options);
  return report.clean() ? "" : report.text();
}

void in_all_worlds(std::uint64_t schedules, const Story& story) {
  for (int i = 0; i < 5; ++i) {
    on_threads(story);
  }
  for (std::uint64_t seed = 0; seed < schedules && !testing::Test::HasFailure(); ++seed) {
    const std::string told = on_fibers(seed, story);
    ASSERT_EQ(told, "") << "schedule " << seed;
  }
}

}  // namespace lockstep::test
