// The rotation of strategies, and the profile that they share.
#include "sim/interpose/portfolio.h"

#include "sim/race/pct.h"
#include "sim/race/pos.h"
#include "sim/race/profile.h"
#include "sim/race/random_walk.h"
#include "sim/race/run_to_block.h"
#include "sim/race/surw.h"
#include "sim/race/urw.h"

namespace lockstep::interpose {
namespace {

constexpr std::uint32_t kDepth = 10;
/// So many schedules are profiled after objects were noticed.
constexpr int kLessons = 2;
/// From this step on turns go round: schedules of correct programs end.
constexpr std::uint64_t kFairAfter = 50'000;

enum Kind : std::uint8_t { kRunToBlock, kRandomWalk, kPct, kPos, kUrw, kSurw, kKinds };

constexpr const char* kNames[kKinds] = {"run-to-block", "random-walk", "pct", "pos", "urw", "surw"};
constexpr Kind kRotation[] = {kSurw, kPct, kSurw, kPos, kUrw, kSurw, kPct, kRandomWalk};

}  // namespace

struct Portfolio::State {
  State(std::uint64_t seed, std::string_view name)
      : choices(seed),
        run_to_block(choices),
        random_walk(choices),
        pct(choices, profile, kDepth),
        pos(choices),
        urw(choices, profile),
        surw(choices, profile),
        all{&run_to_block, &random_walk, &pct, &pos, &urw, &surw},
        chosen(name) {
    for (race::SeededStrategy* strategy : all) {
      strategy->be_fair_after(kFairAfter);
    }
  }

  [[nodiscard]] race::SeededStrategy& strategy_of(std::uint64_t schedule) {
    if (schedule == 0) {
      return run_to_block;
    }
    if (schedule == 1) {
      return random_walk;
    }
    for (race::SeededStrategy* strategy : all) {
      if (chosen == strategy->name()) {
        return *strategy;
      }
    }
    return *all[kRotation[schedule % std::size(kRotation)]];
  }

  sim::Choices choices;
  race::Profile profile;
  race::RunToBlock run_to_block;
  race::RandomWalk random_walk;
  race::Pct pct;
  race::Pos pos;
  race::Urw urw;
  race::Surw surw;
  race::SeededStrategy* all[kKinds];
  std::string chosen;
  race::SeededStrategy* last = nullptr;
  int lessons = kLessons;
};

Portfolio::Portfolio(std::uint64_t seed, std::string_view name) : state_(std::make_unique<State>(seed, name)) {}

Portfolio::~Portfolio() = default;

bool Portfolio::knows(std::string_view name) {
  for (const char* known : kNames) {
    if (name == known) {
      return true;
    }
  }
  return name == "portfolio";
}

sim::Strategy& Portfolio::strategy_of(std::uint64_t schedule) {
  state_->last = &state_->strategy_of(schedule);
  state_->last->set_run(schedule);
  return *state_->last;
}

const char* Portfolio::name() const {
  return state_->last->name();
}

bool Portfolio::wants_steps() const {
  return state_->lessons > 0;
}

void Portfolio::learn(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& parents) {
  --state_->lessons;
  state_->profile.add(steps, parents, {});
  state_->profile.note_decisions(state_->last->decisions());
}

void Portfolio::forget() {
  state_->lessons = kLessons;
}

}  // namespace lockstep::interpose
