// The same run in another process: another build of this program, or this one afresh.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/core/trace.h"
#include "tools/lockstep/run_options.h"

namespace lockstep::tools {

/// What another process said of a run.
struct OtherRun {
  std::string error;  ///< Set if it gave no answer: why.
  std::string trace_hash;
  std::string fingerprint;  ///< Empty if it passed.
  sim::TraceTree trace;     ///< Empty unless asked for.
  std::vector<std::string> watched;
};

/// How much another process is asked to tell.
struct Question {
  bool with_trace = false;
  std::optional<cluster::WatchedCell> watch;
};

/// Has `program` do the run. Never throws.
OtherRun run_elsewhere(const std::string& program, const RunOptions& options, std::uint64_t seed,
                       const Question& question);

}  // namespace lockstep::tools
