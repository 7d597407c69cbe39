// The default: a run of every kind in turn, because no strategy is best at everything.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/core/choices.h"
#include "sim/race/ambush.h"
#include "sim/race/pct.h"
#include "sim/race/pos.h"
#include "sim/race/profile.h"
#include "sim/race/random_walk.h"
#include "sim/race/run_to_block.h"
#include "sim/race/surw.h"
#include "sim/race/urw.h"

namespace lockstep::race {

/// Which strategies an exploration uses.
enum class StrategyKind : std::uint8_t {
  kPortfolio,
  kRandomWalk,
  kPct,
  kPos,
  kUrw,
  kSurw,
  kRunToBlock,
  /// All schedules, with ever more preemptions.
  kDfs,
  kAmbush,
};

/// "portfolio", "random-walk", …; the names that a user writes.
[[nodiscard]] const char* to_text(StrategyKind kind);
/// The inverse; false when there is no such strategy.
[[nodiscard]] bool parse_strategy(std::string_view text, StrategyKind& kind);

/// One strategy of each kind, and whose turn it is. Runs 0 and 1 never preempt: they are the profile of the
/// program. Then, of fourteen runs, six are ambushes, three SURW, two PCT, one each of POS, URW and random
/// walk.
class Portfolio {
 public:
  /// All must outlive the portfolio. PCT draws its depth from 1 to `pct_depth`.
  Portfolio(sim::Choices& choices, const Profile& profile, StrategyKind kind, std::uint32_t pct_depth);

  /// The strategy for a run, told its number. Not for kDfs.
  [[nodiscard]] SeededStrategy& for_run(std::uint64_t run);

 private:
  StrategyKind kind_;
  RunToBlock run_to_block_;
  RandomWalk random_walk_;
  Pct pct_;
  Pos pos_;
  Urw urw_;
  Surw surw_;
  Ambush ambush_;
};

}  // namespace lockstep::race
