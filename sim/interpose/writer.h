// The report that goes back to the command line: one JSON object a line.
#pragma once

#include <cstdint>

#include "sim/interpose/failure.h"
#include "sim/interpose/minimise.h"

namespace lockstep::interpose {

void write_begin();
void write_failure(std::uint64_t schedule, const char* strategy, const Failure& failure, const Story& story);
/// The same schedule did something else when it was run again.
void write_divergence(std::uint64_t schedule);
void write_end(std::uint64_t schedules, std::uint64_t failures, std::uint64_t steps, std::uint64_t decisions);

}  // namespace lockstep::interpose
