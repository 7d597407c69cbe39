// What the command line asks of the runtime inside the program.
#pragma once

#include "sim/interpose/kernel.h"

namespace lockstep::interpose {

/// Reads LOCKSTEP_EXPLORE out of the environment and takes it away, so that the program does not see it.
/// Its form: key=value, separated by semicolons.
void read_request(Request& request, char** envp);

}  // namespace lockstep::interpose
