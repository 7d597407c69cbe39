// The same run in another process: another build of this program, or this one afresh.
#pragma once

#include <string>

#include "sim/core/trace.h"
#include "tools/lockstep/run_options.h"

namespace lockstep::tools {

/// What another process said of a run.
struct OtherRun {
  std::string error;  ///< Set if it gave no answer: why.
  std::string trace_hash;
  std::string fingerprint;  ///< Empty if it passed.
  sim::TraceTree trace;     ///< Empty unless asked for.
};

/// Has `program` do the run. Never throws.
OtherRun run_elsewhere(const std::string& program, const RunOptions& options, std::uint64_t seed,
                       bool with_trace);

}  // namespace lockstep::tools
