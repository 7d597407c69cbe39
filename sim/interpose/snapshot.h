// The program's global variables, as its initialisers left them.
#pragma once

#include <cstddef>

namespace lockstep::interpose {

/// Remembers the writable data of the executable. Called once, before the first schedule.
void take_snapshot();
/// Goes back to it.
void restore_snapshot();

}  // namespace lockstep::interpose
