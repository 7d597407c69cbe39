// Which strategy draws which schedule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sim/core/choices.h"
#include "sim/core/strategy.h"

namespace lockstep::interpose {

/// From this step on turns go round: schedules of correct programs end.
inline constexpr std::uint64_t kFairAfter = 50'000;

/// What an exploration of all schedules has seen.
struct Coverage {
  bool wanted = false;
  /// Nothing is left, whatever the number of preemptions.
  bool everything = false;
  /// Every schedule with at most so many preemptions was seen; -1: not even those with none.
  std::int64_t complete_to = -1;
};

/// The strategies of one exploration, all fed by one profile. The first schedules teach the others. A pure
/// function of seed, number of the schedule and what was learnt.
class Schedules {
 public:
  /// `name`: one that knows() knows.
  Schedules(std::uint64_t seed, std::string_view name);
  ~Schedules();
  Schedules(const Schedules&) = delete;
  Schedules& operator=(const Schedules&) = delete;

  [[nodiscard]] static bool knows(std::string_view name);

  /// The strategy of one schedule, ready to begin. Belongs to this object.
  [[nodiscard]] sim::Strategy& strategy_of(std::uint64_t schedule);
  /// The name of the strategy that strategy_of() gave last.
  [[nodiscard]] const char* name() const;
  /// Whether steps() of the schedule under way are wanted.
  [[nodiscard]] bool wants_steps() const;
  /// Takes in what a schedule did, and what ordered that; `parents` says who started whom.
  void learn(const std::vector<sim::Step>& steps, const std::vector<sim::Ordering>& orderings,
             const std::vector<std::uint32_t>& parents);
  /// Goes on to the next schedule; false when all that are wanted have been seen.
  [[nodiscard]] bool go_on();
  [[nodiscard]] Coverage coverage() const;
  /// Objects were noticed that no profile knows: the next schedules teach again, or begin again.
  void forget();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lockstep::interpose
