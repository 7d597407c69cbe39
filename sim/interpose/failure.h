// What went wrong in one schedule, as it is told to whoever asked for the exploration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::interpose {

/// One place in the program that has to do with a failure.
struct Site {
  /// "read of 4 bytes", "freed", "waits for mutex @7f00"; addresses of data are written @hex.
  std::string what;
  std::uint32_t thread = 0;
  /// Return addresses, innermost first.
  std::vector<const void*> stack;
  /// Addresses of the locks held there.
  std::vector<std::uintptr_t> held;
};

/// One failure. `kind` is one of: data race, deadlock, lost wake-up, use after free, double free, heap
/// overflow, leak, assertion, abort, exception, exit, crash, stack overflow, livelock, misuse, refused.
struct Failure {
  std::string kind;
  std::string sentence;
  std::vector<Site> sites;
  /// A race's earlier access, whose stack only a second look at the schedule can tell; epochs count from the
  /// schedule's first.
  struct Earlier {
    bool wanted = false;
    std::uintptr_t address = 0;
    std::uint32_t thread = 0;
    std::uint32_t epoch = 0;
    std::uint8_t bytes = 0;
    std::uint8_t flags = 0;
    /// Where the later access was made.
    const void* later_pc = nullptr;
  };
  Earlier earlier;
};

}  // namespace lockstep::interpose
