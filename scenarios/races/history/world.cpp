// Running a story's threads as fibers and judging how they ended.
#include "scenarios/races/history/world.h"

#include "node/base/assert.h"

namespace lockstep::scenarios::races {

World::World(std::uint64_t seed)
    : choices_(seed),
      engine_(choices_),
      clock_(engine_, {}),
      scheduler_(engine_, sim::node_lane(0), clock_),
      sync_(engine_, clock_) {}

void World::beside(const Threads& threads) {
  for (const auto& [name, body] : threads) {
    engine_.spawn(name, sim::node_lane(0), body);
  }
  const sim::RunEnd end = engine_.run();
  if (engine_.failure()) {
    verdict_ = sim::to_text(engine_.failure()->kind) + std::string(": ") + engine_.failure()->what;
  } else if (end != sim::RunEnd::kFinished) {
    verdict_ = "nobody can go on: " + engine_.parked_report();
  }
  engine_.unwind();
  if (!verdict_.empty()) {
    throw Over{};
  }
}

void World::expect(bool held, const char* sentence) {
  if (held) {
    return;
  }
  if (engine_.current()) {
    throw base::AssertionFailed(sentence);
  }
  verdict_ = sentence;
  throw Over{};
}

}  // namespace lockstep::scenarios::races
