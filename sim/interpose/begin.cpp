// How the process begins: ahead of the program's initialisers, and in the place of its main.
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "sim/interpose/explorer.h"
#include "sim/interpose/hooks.h"

extern "C" {
using Initialiser = void (*)(int, char**, char**);
extern const Initialiser __init_array_start[];
extern const Initialiser __init_array_end[];
int __real_main(int argc, char** argv, char** envp);
}

namespace lockstep::interpose {
namespace {

/// In the environment: the program starts threads before main, so that its initialisers belong to the
/// schedules.
constexpr char kEarly[] = "LOCKSTEP_EARLY=1";

[[gnu::constructor(101)]] void begin_program(int argc, char** argv, char** envp);

/// The initialisers after our own, then main.
int run_from_the_beginning(int argc, char** argv, char** envp) {
  const Initialiser* next = __init_array_start;
  while (next != __init_array_end && *next != &begin_program) {
    ++next;
  }
  while (next != __init_array_end && ++next != __init_array_end) {
    (*next)(argc, argv, envp);
  }
  return __real_main(argc, argv, envp);
}

/// Runs before the program's own initialisers (those without a number come last) and after the libraries'.
void begin_program(int argc, char** argv, char** envp) {
  learn_c_library();
  wake_kernel();
  kernel->argv = argv;
  kernel->envp = envp;
  kernel->tree_insert = dlsym(RTLD_NEXT, "_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_");
  kernel->tree_erase = dlsym(RTLD_NEXT, "_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_");
  for (char** word = envp; *word != nullptr; ++word) {
    if (std::strcmp(*word, kEarly) == 0) {
      for (; *word != nullptr; ++word) {
        word[0] = word[1];
      }
      _exit(explore(&run_from_the_beginning, argc, argv, envp));
    }
  }
  kernel->in_program = true;
}

}  // namespace

void begin_again_early() {
  kernel->in_program = false;
  std::vector<char*> words;
  for (char** word = kernel->envp; *word != nullptr; ++word) {
    words.push_back(*word);
  }
  std::string early = kEarly;
  words.push_back(early.data());
  words.push_back(nullptr);
  syscall(SYS_execve, "/proc/self/exe", kernel->argv, words.data());
  die("the program starts threads before main, and cannot be begun again");
}

}  // namespace lockstep::interpose

extern "C" int __wrap_main(int argc, char** argv, char** envp) {
  _exit(lockstep::interpose::explore(&__real_main, argc, argv, envp));
}
