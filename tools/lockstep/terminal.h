// What is shown to somebody who watches: a progress line on a terminal, and numbers as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::tools {

/// A bar on standard error that rewrites itself; silent where standard error is no terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::uint64_t total);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// Wipes the line.
  ~ProgressBar();

  /// Shows that `done` of the total are done, with `note` behind. Draws at most ten times a second.
  void show(std::uint64_t done, const std::string& note);

 private:
  std::uint64_t total_;
  bool terminal_;
  bool drawn_ = false;
  double last_ = -1;
};

/// The path by which the user called this program, for commands that are printed to be copied.
std::string& program_name();

/// Seconds of a steady clock, for measuring how long we took; never for what a run does.
double wall_seconds();

/// 64 bits as 0x and sixteen digits.
std::string hex64(std::uint64_t value);

/// Reads what hex64 writes; zero if it is no such text.
std::uint64_t from_hex64(const std::string& text);

/// A command with each argument quoted where a shell needs it.
std::string shell_line(const std::vector<std::string>& arguments);

}  // namespace lockstep::tools
