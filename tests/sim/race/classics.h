// Small programs with a well-known bug each, and the same programs without it.
#pragma once

#include <string>
#include <vector>

#include "sim/race/world.h"

namespace lockstep::race {

/// A program with a bug and its twin without.
struct Classic {
  std::string name;
  Body buggy;
  Body correct;
};

/// Ideas from SCTBench and CHESS (Thomson, Donaldson, Betts, PPoPP 2014), written anew.
[[nodiscard]] std::vector<Classic> classics();

/// Setters write a, then b; a checker must see both or neither.
[[nodiscard]] Body reorder(std::uint32_t setters, bool locked);
/// Two fields that belong together, each under a lock of its own, and a reader between.
[[nodiscard]] Body two_stage(std::uint32_t writers, bool one_lock);

}  // namespace lockstep::race
