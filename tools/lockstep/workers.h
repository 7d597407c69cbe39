// Work spread over child processes, so that a crash costs one item and not the whole.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lockstep::tools {

/// What came of one item.
struct Answer {
  std::string text;   ///< What the work returned; meaningless if `death` is set.
  std::string death;  ///< How the process that did it died: "signal 11 (Segmentation fault)", "exit code 1",
                      ///< "no answer within 600 s". Empty if it did not.
  std::vector<std::string> last_words;  ///< The telling lines of what a dead process wrote to standard error.
};

/// Does `work` for every item in `jobs` child processes (forked here, so call it from a process with one
/// thread) and hands each answer to `on_answer` in the calling process, in the order in which they arrive. A
/// worker that dies, or needs more than `seconds_each`, is replaced. Returns false if Ctrl-C or SIGTERM ended
/// it early; no child outlives the call.
bool in_workers(const std::vector<std::uint64_t>& items, unsigned jobs, double seconds_each,
                const std::function<std::string(std::uint64_t)>& work,
                const std::function<void(std::uint64_t item, const Answer&)>& on_answer);

/// How many workers the user's --jobs asks for; one a processor if it is empty. Throws UsageError.
unsigned jobs_of(const std::string& text);

}  // namespace lockstep::tools
