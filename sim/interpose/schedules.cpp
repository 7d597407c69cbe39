// The rotation of sim/race's strategies, and the profile that they share.
#include "sim/interpose/schedules.h"

#include "sim/race/portfolio.h"

namespace lockstep::interpose {
namespace {

constexpr std::uint32_t kDepth = 10;
/// So many schedules are profiled after objects were noticed: what is done depends on who comes first.
constexpr int kLessons = 6;
/// From this step on turns go round: schedules of correct programs end.
constexpr std::uint64_t kFairAfter = 50'000;

race::StrategyKind kind_of(std::string_view name) {
  race::StrategyKind kind = race::StrategyKind::kPortfolio;
  static_cast<void>(race::parse_strategy(name, kind));
  return kind;
}

}  // namespace

struct Schedules::State {
  State(std::uint64_t seed, std::string_view name)
      : choices(seed), portfolio(choices, profile, kind_of(name), kDepth) {}

  sim::Choices choices;
  race::Profile profile;
  race::Portfolio portfolio;
  race::SeededStrategy* last = nullptr;
  int lessons = kLessons;
};

Schedules::Schedules(std::uint64_t seed, std::string_view name)
    : state_(std::make_unique<State>(seed, name)) {}

Schedules::~Schedules() = default;

bool Schedules::knows(std::string_view name) {
  race::StrategyKind kind{};
  return race::parse_strategy(name, kind) && kind != race::StrategyKind::kDfs;
}

sim::Strategy& Schedules::strategy_of(std::uint64_t schedule) {
  state_->last = &state_->portfolio.for_run(schedule);
  state_->last->limit_steps(kFairAfter, ~std::uint64_t{0});
  return *state_->last;
}

const char* Schedules::name() const {
  return state_->last->name();
}

bool Schedules::wants_steps() const {
  return state_->lessons > 0;
}

void Schedules::learn(const std::vector<sim::Step>& steps, const std::vector<sim::Ordering>& orderings,
                      const std::vector<std::uint32_t>& parents) {
  --state_->lessons;
  state_->profile.add(steps, orderings, parents, {});
  state_->profile.note_decisions(state_->last->decisions());
}

void Schedules::forget() {
  state_->lessons = kLessons;
}

}  // namespace lockstep::interpose
