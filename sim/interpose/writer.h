// The report that goes back to the command line: one JSON object a line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/interpose/failure.h"
#include "sim/interpose/minimise.h"
#include "sim/interpose/schedules.h"

namespace lockstep::interpose {

/// What an exploration ran.
struct Totals {
  std::uint64_t schedules = 0;
  std::uint64_t failures = 0;
  std::uint64_t steps = 0;
  std::uint64_t decisions = 0;
};

void write_begin();
void write_failure(std::uint64_t schedule, const char* strategy, const Failure& failure, const Story& story);
/// Locks that may block one another in a circle, as a line for write_cycles().
[[nodiscard]] std::string line_of_cycle(const std::string& sentence, const std::vector<Site>& sites);
void write_cycles(const std::vector<std::string>& lines);
/// The same schedule did something else when it was run again.
void write_divergence(std::uint64_t schedule);
/// How following a stored schedule went: the same operations in the same order, or where it went another way.
void write_replayed(bool same, const std::string& divergence);
void write_end(const Totals& totals, const Coverage& coverage);

}  // namespace lockstep::interpose
