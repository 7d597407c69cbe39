// Small programs made of dice: threads that read, write, lock and publish, each differently.
#pragma once

#include <cstdint>

#include "sim/race/world.h"

namespace lockstep::race {

struct RandomProgramOptions {
  std::uint32_t threads = 2;
  std::uint32_t steps = 5;
  /// Stores to atomics that neither publish nor keep what was published, beside the others.
  bool relaxed_stores = false;
};

/// The program with that number; the same number gives the same program.
[[nodiscard]] Body random_program(std::uint64_t number, const RandomProgramOptions& options);

}  // namespace lockstep::race
