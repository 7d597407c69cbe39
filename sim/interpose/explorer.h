// Runs the program's main again and again, each time by another schedule, and tells what it finds.
#pragma once

namespace lockstep::interpose {

using Main = int (*)(int, char**, char**);

/// Does what LOCKSTEP_EXPLORE asks for, or runs the program once. Returns the process's exit status.
int explore(Main program, int argc, char** argv, char** envp);

}  // namespace lockstep::interpose
