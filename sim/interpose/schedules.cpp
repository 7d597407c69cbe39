// The rotation of sim/race's strategies, and the profile that they share.
#include "sim/interpose/schedules.h"

#include <charconv>

#include "sim/race/bounded_dfs.h"
#include "sim/race/portfolio.h"

namespace lockstep::interpose {
namespace {

constexpr std::uint32_t kDepth = 10;
/// So many schedules are profiled after objects were noticed: what is done depends on who comes first.
constexpr int kLessons = 6;

constexpr std::uint32_t kNoBound = 0xffffffff;

/// What a strategy's name says; "dfs:2" has at most two preemptions.
struct Named {
  race::StrategyKind kind = race::StrategyKind::kPortfolio;
  std::uint32_t bound = kNoBound;
  bool known = false;
};

Named read_name(std::string_view name) {
  Named named;
  const std::size_t colon = name.find(':');
  named.known = race::parse_strategy(name.substr(0, colon), named.kind);
  if (colon != std::string_view::npos) {
    const std::string_view digits = name.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), named.bound);
    named.known = named.known && named.kind == race::StrategyKind::kDfs && error == std::errc{} &&
                  end == digits.data() + digits.size();
  }
  return named;
}

}  // namespace

struct Schedules::State {
  State(std::uint64_t seed, const Named& named)
      : choices(seed),
        portfolio(choices, profile, named.kind, kDepth),
        dfs(named.kind == race::StrategyKind::kDfs ? std::make_unique<race::BoundedDfs>(named.bound)
                                                   : nullptr),
        bound(named.bound) {}

  sim::Choices choices;
  race::Profile profile;
  race::Portfolio portfolio;
  /// All schedules in turn; null when schedules are drawn.
  std::unique_ptr<race::BoundedDfs> dfs;
  std::uint32_t bound;
  bool exhausted = false;
  race::SeededStrategy* last = nullptr;
  int lessons = kLessons;
};

Schedules::Schedules(std::uint64_t seed, std::string_view name)
    : state_(std::make_unique<State>(seed, read_name(name))) {}

Schedules::~Schedules() = default;

bool Schedules::knows(std::string_view name) {
  return read_name(name).known;
}

sim::Strategy& Schedules::strategy_of(std::uint64_t schedule) {
  if (state_->dfs != nullptr) {
    return *state_->dfs;
  }
  state_->last = &state_->portfolio.for_run(schedule);
  state_->last->limit_steps(kFairAfter, ~std::uint64_t{0});
  return *state_->last;
}

const char* Schedules::name() const {
  return state_->dfs != nullptr ? "dfs" : state_->last->name();
}

bool Schedules::go_on() {
  state_->exhausted = state_->dfs != nullptr && !state_->dfs->advance();
  return !state_->exhausted;
}

Coverage Schedules::coverage() const {
  if (state_->dfs == nullptr) {
    return {};
  }
  const std::int64_t bound = state_->dfs->bound();
  return {true, state_->dfs->saw_everything(), state_->exhausted ? bound : bound - 1};
}

bool Schedules::wants_steps() const {
  return state_->dfs == nullptr && state_->lessons > 0;
}

void Schedules::learn(const std::vector<sim::Step>& steps, const std::vector<sim::Ordering>& orderings,
                      const std::vector<std::uint32_t>& parents) {
  --state_->lessons;
  state_->profile.add(steps, orderings, parents, {});
  state_->profile.note_decisions(state_->last->decisions());
}

void Schedules::forget() {
  if (state_->dfs != nullptr) {
    // Where turns may change, the tree of all schedules has grown.
    state_->dfs = std::make_unique<race::BoundedDfs>(state_->bound);
    return;
  }
  state_->lessons = kLessons;
}

}  // namespace lockstep::interpose
