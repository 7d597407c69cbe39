// Whose turn it is.
#include "sim/race/portfolio.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lockstep::race {
namespace {

constexpr std::array<std::pair<StrategyKind, const char*>, 9> kNames = {{
    {StrategyKind::kPortfolio, "portfolio"},
    {StrategyKind::kRandomWalk, "random-walk"},
    {StrategyKind::kPct, "pct"},
    {StrategyKind::kPos, "pos"},
    {StrategyKind::kUrw, "urw"},
    {StrategyKind::kSurw, "surw"},
    {StrategyKind::kRunToBlock, "run-to-block"},
    {StrategyKind::kDfs, "dfs"},
    {StrategyKind::kAmbush, "ambush"},
}};

/// Best first: most bugs show within a few runs of the first.
constexpr std::array<StrategyKind, 14> kRound = {
    StrategyKind::kAmbush, StrategyKind::kSurw,      StrategyKind::kAmbush, StrategyKind::kAmbush,
    StrategyKind::kSurw,   StrategyKind::kAmbush,    StrategyKind::kPct,    StrategyKind::kAmbush,
    StrategyKind::kPos,    StrategyKind::kSurw,      StrategyKind::kAmbush, StrategyKind::kUrw,
    StrategyKind::kPct,    StrategyKind::kRandomWalk};

}  // namespace

const char* to_text(StrategyKind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) {
      return name;
    }
  }
  return "?";
}

bool parse_strategy(std::string_view text, StrategyKind& kind) {
  for (const auto& [known, name] : kNames) {
    if (text == name) {
      kind = known;
      return true;
    }
  }
  return false;
}

Portfolio::Portfolio(sim::Choices& choices, const Profile& profile, StrategyKind kind,
                     std::uint32_t pct_depth)
    : kind_(kind),
      run_to_block_(choices),
      random_walk_(choices),
      pct_(choices, profile, pct_depth),
      pos_(choices),
      urw_(choices, profile),
      surw_(choices, profile),
      ambush_(choices, profile) {}

SeededStrategy& Portfolio::for_run(std::uint64_t run) {
  StrategyKind kind = kind_;
  std::uint64_t turn = run <= 1 ? run : run - 2;
  if (run <= 1) {
    kind = StrategyKind::kRunToBlock;
  } else if (kind == StrategyKind::kPortfolio) {
    const std::size_t at = static_cast<std::size_t>(turn % kRound.size());
    kind = kRound[at];
    const auto in = [kind](auto begin, auto end) {
      return static_cast<std::uint64_t>(std::count(begin, end, kind));
    };
    turn = turn / kRound.size() * in(kRound.begin(), kRound.end()) + in(kRound.begin(), kRound.begin() + at);
  }
  SeededStrategy* strategy = &run_to_block_;
  switch (kind) {
    case StrategyKind::kRandomWalk:
      strategy = &random_walk_;
      break;
    case StrategyKind::kPct:
      strategy = &pct_;
      break;
    case StrategyKind::kPos:
      strategy = &pos_;
      break;
    case StrategyKind::kUrw:
      strategy = &urw_;
      break;
    case StrategyKind::kSurw:
      strategy = &surw_;
      break;
    case StrategyKind::kAmbush:
      strategy = &ambush_;
      break;
    case StrategyKind::kRunToBlock:
    case StrategyKind::kDfs:
    case StrategyKind::kPortfolio:
      break;
  }
  strategy->set_run(run, turn);
  return *strategy;
}

}  // namespace lockstep::race
