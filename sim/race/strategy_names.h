// The strategies that a user can name.
#pragma once

#include <string>
#include <vector>

#include "sim/race/portfolio.h"

namespace lockstep::race {

/// All that parse_strategy() knows, in the order of StrategyKind.
[[nodiscard]] inline std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  for (std::uint8_t number = 0; to_text(static_cast<StrategyKind>(number)) != std::string("?"); ++number) {
    names.emplace_back(to_text(static_cast<StrategyKind>(number)));
  }
  return names;
}

}  // namespace lockstep::race
