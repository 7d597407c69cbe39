// What an exploration found, for people and for programs.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/lockstep/stored_schedule.h"

namespace lockstep::tools {

struct Exploration {
  std::string program;
  std::string seed;
  std::string strategy;
  double seconds = 0;
  /// The command that shows one schedule again.
  std::function<std::string(std::uint64_t schedule)> replay;
  /// Writes a failing schedule into a file, whose name it returns; empty: nothing is to be written.
  std::function<std::string(StoredSchedule& stored, Symbols& symbols)> store;
  /// Of the stored schedule that was run.
  std::string recorded_fingerprint;
};

/// Prints what the runtime said, with names for its addresses. Returns an Exit.
int tell(const Exploration& exploration, const std::vector<nlohmann::ordered_json>& lines, bool json);

}  // namespace lockstep::tools
