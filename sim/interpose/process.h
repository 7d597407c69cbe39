// Watching over the process while schedules run.
#pragma once

namespace lockstep::interpose {

/// Turns crashes, uncaught exceptions and loops without end into reports. Called once.
void watch_process();

}  // namespace lockstep::interpose
