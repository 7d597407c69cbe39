// Strategies that change over from slot to slot.
#include "sim/cluster/turns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "node/base/assert.h"
#include "sim/race/portfolio.h"

namespace lockstep::cluster {
namespace {

constexpr std::array<std::string_view, 10> kStrategies = {
    "fifo", "random", "portfolio", "pct", "pos", "surw", "urw", "ambush", "random-walk", "run-to-block"};
constexpr std::uint32_t kPctDepth = 10;
/// Slots that teach from the first; later ones do ever more rarely.
constexpr std::uint64_t kLessons = 4;
/// Of one slot that are looked at: large clusters do the same again and again.
constexpr std::size_t kMostSteps = 50'000;

bool is_policy(std::string_view name) {
  return name.empty() || name == "fifo" || name == "random";
}

race::StrategyKind kind_of(std::string_view name) {
  race::StrategyKind kind{};
  LOCKSTEP_ASSERT_MSG(race::parse_strategy(name, kind), "no such strategy");
  return kind;
}

}  // namespace

bool is_strategy(std::string_view name) {
  for (const std::string_view known : kStrategies) {
    if (known == name) {
      return true;
    }
  }
  return false;
}

std::string strategy_names() {
  std::string names;
  for (const std::string_view name : kStrategies) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

struct Turns::State {
  State(sim::Choices& choices, std::string_view name)
      : portfolio(choices, profile, kind_of(name), kPctDepth) {}

  race::Profile profile;
  race::Portfolio portfolio;
  race::SeededStrategy* present = nullptr;
  std::uint64_t slot = 0;
  std::vector<sim::Step> steps;
  std::vector<sim::Ordering> orderings;
};

Turns::Turns(sim::Engine& engine, sim::Choices& choices, std::string_view name) : engine_(engine) {
  if (!is_policy(name)) {
    state_ = std::make_unique<State>(choices, name);
    next_slot();
  }
}

Turns::~Turns() {
  if (state_ != nullptr && state_->present != nullptr) {
    engine_.unwind();
    engine_.set_strategy(nullptr);
  }
}

void Turns::learn() {
  State& state = *state_;
  state.present->record_into(nullptr);
  state.present->record_orderings_into(nullptr);
  state.profile.note_decisions(state.present->decisions());
  state.steps.resize(std::min(state.steps.size(), kMostSteps));
  if (!state.steps.empty()) {
    // Nobody waits for whole families of threads here: who started whom does not matter.
    std::uint32_t threads = 0;
    for (const sim::Step& step : state.steps) {
      threads = std::max(threads, step.thread + 1);
    }
    state.profile.add(state.steps, state.orderings, std::vector<std::uint32_t>(threads, 0xffffffff), {});
    state.steps.clear();
    state.orderings.clear();
  }
}

void Turns::next_slot() {
  if (state_ == nullptr) {
    return;
  }
  State& state = *state_;
  if (state.present != nullptr) {
    learn();
  }
  const std::uint64_t slot = state.slot++;
  // The two runs that every portfolio begins with preempt nobody and are for whoever wants few preemptions.
  state.present = &state.portfolio.for_run(slot + 2);
  if (slot < kLessons || std::has_single_bit(slot)) {
    state.present->record_into(&state.steps);
    state.present->record_orderings_into(&state.orderings);
  }
  engine_.hand_over_to(*state.present);
}

}  // namespace lockstep::cluster
