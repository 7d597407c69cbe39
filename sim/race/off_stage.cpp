// A function of the world: while it runs, detectors beneath the program look away.
#include "sim/race/off_stage.h"

namespace lockstep::race {

void off_stage(const std::function<void()>& step) {
  step();
}

}  // namespace lockstep::race
