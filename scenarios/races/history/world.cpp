// Running a story's threads and judging what they say.
#include "scenarios/races/history/world.h"

#include "node/base/assert.h"
#include "sim/race/off_stage.h"

namespace lockstep::scenarios::races {

World::World(race::World& run)
    : run_(run), clock_(run.engine(), {}), scheduler_(run, clock_), sync_(run, clock_) {}

void World::beside(const Threads& threads) {
  std::vector<race::Thread> started;
  started.reserve(threads.size());
  for (const auto& [name, body] : threads) {
    started.push_back(run_.spawn(name, body));
  }
  // Also while the run is torn down: what the threads refer to goes after them.
  for (const race::Thread& thread : started) {
    run_.join(thread);
  }
}

void World::pause() {
  run_.point(sim::OpKind::kOther, 0, 0);
}

void World::keep(std::shared_ptr<void> place) {
  race::off_stage([&] { places_.push_back(std::move(place)); });
}

void World::expect(bool held, const char* sentence) {
  if (!held) {
    throw base::AssertionFailed(sentence);
  }
}

}  // namespace lockstep::scenarios::races
