// The verbs of the command line, what they share and what they exit with.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep::tools {

/// What the program exits with.
enum Exit : int {
  kHeld = 0,          ///< Everything that was looked at held.
  kBroke = 1,         ///< A checker (or a vector) failed.
  kUsage = 2,         ///< The user asked for something that cannot be.
  kOurFault = 3,      ///< The simulator itself is at fault: it crashed, or one seed gave two histories.
  kInterrupted = 130  ///< Ctrl-C, as shells count it.
};

/// The user asked for something that cannot be. `what()` is one line that says what, and what would be right.
/// Caught in main only.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs a stored schedule of a user's program, and says how that compares. Returns an Exit.
int replay_stored_schedule(const std::string& file, bool json);

/// Carries out a verb once its options are parsed; returns an Exit.
using Action = std::function<int()>;

/// Each declares one verb's options on `app`, and sets `chosen` when the verb is the one that was given.
void add_list(CLI::App& app, Action& chosen);
void add_run(CLI::App& app, Action& chosen);
void add_sweep(CLI::App& app, Action& chosen);
void add_replay(CLI::App& app, Action& chosen);
void add_vectors(CLI::App& app, Action& chosen);
void add_check_determinism(CLI::App& app, Action& chosen);
void add_explore(CLI::App& app, Action& chosen);

}  // namespace lockstep::tools
