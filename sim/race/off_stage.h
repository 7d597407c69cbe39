// What a story's world does for the story: no part of the program whose threads are told of.
#pragma once

#include <functional>

namespace lockstep::race {

/// Runs `step`, at whose memory no detector beneath the program looks: wires between nodes, and what is noted
/// for a verdict. One thread of the program at a time, as all of a run: `step` has no scheduling point.
void off_stage(const std::function<void()>& step);

}  // namespace lockstep::race
